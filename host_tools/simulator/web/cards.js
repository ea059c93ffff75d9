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
  for (const tray of ["everyday", "special", "codes"]) byId(`cards-${tray}`).hidden = tray !== chosen;
  const hint = byId("tray-hint");
  hint.dataset.t = chosen === "codes" ? "Click to hold it before the scanner." : "Click to tap. Drag onto the reader to hold it there.";
  hint.textContent = t(hint.dataset.t);
}

export function showCards(message) {
  cards = message.cards;
  byId("cards-everyday").replaceChildren(...cards.slice(0, EVERYDAY).map(trayCard));
  byId("cards-special").replaceChildren(...cards.slice(EVERYDAY).map(trayCard));
  byId("cards-codes").replaceChildren(...(message.phones ?? []).map(phone));
  byId("tray-codes").hidden = !message.phones?.length;
  byId("tray-tabs").hidden = cards.length <= EVERYDAY && !message.phones?.length;
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

/** A phone that shows a pay code: a click holds it before the scanner, with a fresh code each time. */
function phone(wallet) {
  const code = make("canvas", "code");
  const element = make("button", "phone", make("span", "name", name(wallet)), make("span", "note", t(wallet.note)), code);
  element.id = `phone-${wallet.id}`;
  element.setAttribute("aria-label", `${name(wallet)}, ${t(wallet.note)}: ${t("scan")}`);
  element.title = wallet.note;
  element.onclick = () => {
    send({ do: "scan", phone: wallet.id });
    drawCode(code);
    element.classList.remove("scanned");
    requestAnimationFrame(() => element.classList.add("scanned"));
  };
  drawCode(code);
  return element;
}

/** A picture of a code, not one that can be read: the scanner is told the digits. */
function drawCode(canvas) {
  const size = 25;
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  const square = (x, y, side, colour) => { pen.fillStyle = colour; pen.fillRect(x, y, side, side); };
  square(0, 0, size, "#fff");
  for (let at = 0; at < size * size; at += 1) {
    if (Math.random() < 0.48) square(at % size, Math.floor(at / size), 1, "#10141b");
  }
  for (const [x, y] of [[0, 0], [size - 7, 0], [0, size - 7]]) {
    square(x - (x && 1), y - (y && 1), 8, "#fff");
    square(x, y, 7, "#10141b");
    square(x + 1, y + 1, 5, "#fff");
    square(x + 2, y + 2, 3, "#10141b");
  }
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
