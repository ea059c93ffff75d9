// The tray of virtual cards: click to tap, drag onto the reader to hold.

import { dragging } from "./drag.js";
import { byId, choose, make } from "./dom.js";
import { inChinese, t } from "./texts.js";

const EVERYDAY = 7; // so many cards lie open, the rest behind a tab
const SCHEMES = { unionpay: "UnionPay", visa: "Visa", mastercard: "Mastercard", jcb: "JCB" };
const HUE_STEP = 47;
const AFTER_BEEP_MS = 600;
const PATIENCE_MS = 6000; // a tapped card leaves after this even if nothing beeped

let send;
let cards = [];
let held = null; // the id of the card on the reader, as the simulator last told
let tapped = null; // the id of a card that will be taken away by itself
let leaving = 0;

export function startCards(sendCommand) {
  send = sendCommand;
  byId("tray-tabs").onclick = ({ target }) => target.dataset.tray && openTray(target.dataset.tray);
  openTray("everyday");
}

function openTray(chosen) {
  choose(byId("tray-tabs"), "tray", chosen);
  for (const tray of ["everyday", "special"]) byId(`cards-${tray}`).hidden = tray !== chosen;
}

export function showCards(message) {
  cards = message.cards;
  byId("cards-everyday").replaceChildren(...cards.slice(0, EVERYDAY).map(trayCard));
  byId("cards-special").replaceChildren(...cards.slice(EVERYDAY).map(trayCard));
  byId("tray-tabs").hidden = cards.length <= EVERYDAY;
  byId("held").replaceChildren();
  showHeld(held);
}

/** Follows the simulator: whoever took the card away, the tray shows it. */
export function showHeld(id) {
  if (id !== held || !byId("held").hasChildNodes()) {
    const card = cards.find((candidate) => candidate.id === id);
    byId("held").replaceChildren(...(card ? [heldCard(card)] : []));
  }
  held = id;
  for (const element of byId("cards").querySelectorAll(".card")) {
    element.classList.toggle("out", element.dataset.card === id);
  }
}

/** The terminal beeped: the customer takes a tapped card away. */
export function beeped() {
  if (tapped !== null && tapped === held) leaveAfter(AFTER_BEEP_MS);
}

function tap(id) {
  put(id);
  tapped = id;
  leaveAfter(PATIENCE_MS);
}

function hold(id) {
  put(id);
  tapped = null;
  clearTimeout(leaving);
}

function put(id) {
  if (held !== null) takeAway();
  send({ do: "tap", card: id });
}

function takeAway() {
  clearTimeout(leaving);
  tapped = null;
  send({ do: "remove" });
}

function leaveAfter(ms) {
  clearTimeout(leaving);
  leaving = setTimeout(() => held === tapped && takeAway(), ms);
}

function trayCard(card) {
  const element = face(card);
  element.id = `card-${card.id}`;
  element.setAttribute("aria-label", `${name(card)}: ${t("tap")}`);
  element.setAttribute("aria-description", t("Enter taps the card, Shift and Enter hold it on the reader"));
  element.title = card.note ?? "";
  element.onclick = (event) => (event.shiftKey ? hold(card.id) : tap(card.id));
  dragging(element, {
    over: onReader,
    moved: (near) => byId("device").classList.toggle("offered", near),
    dropped: (near) => near && hold(card.id),
  });
  return element;
}

function heldCard(card) {
  const element = face(card);
  element.id = "remove";
  element.setAttribute("aria-label", `${name(card)}: ${t("take away")}`);
  element.append(make("span", "take-away", t("take away")));
  element.onclick = takeAway;
  dragging(element, { over: onReader, moved: () => {}, dropped: (near) => near || takeAway() });
  return element;
}

const name = (card) => (inChinese() && card.name_zh) || card.name;

function face(card) {
  const element = make(
    "button",
    "card",
    make("span", "name", name(card)),
    make("span", "note", card.note),
    make("span", "chip"),
    make("span", "scheme", SCHEMES[card.scheme] ?? card.scheme),
  );
  const place = cards.indexOf(card);
  element.dataset.card = card.id;
  element.classList.toggle("special", place >= EVERYDAY);
  element.style.setProperty("--hue", place * HUE_STEP);
  element.dataset.scheme = card.scheme;
  return element;
}

/** Whether a rectangle of the page lies on the reader, generously: its middle near the device's top. */
function onReader(box) {
  const device = byId("device").getBoundingClientRect();
  const reader = byId("reader").getBoundingClientRect();
  const x = (box.left + box.right) / 2;
  const y = (box.top + box.bottom) / 2;
  const beside = x < device.left || x > device.right;
  return !beside && y > reader.top - box.height && y < reader.bottom + box.height / 2;
}
