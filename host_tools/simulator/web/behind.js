// What lies behind the counter: the journal, the acquirer's ledger, the events, and where the money is.

import { byId, fill, make, yuan } from "./dom.js";
import { inChinese, t } from "./texts.js";

const SHOWN_RECORDS = 200;
const SHOWN_EVENTS = 200;
const MANY_SECTORS = 96;
const PAGES_PER_SECTOR = 15;

const NOTHING = { count: 0, fen: 0 };
const money = { banked: NOTHING, stored: NOTHING, checking: NOTHING };

const identity = (item) => `${inChinese()} ${JSON.stringify(item)}`;

/** `records` newest first; `checking` is what the terminal itself counts as in doubt, if known. */
export function showJournal({ sectors, records, pending, checking }) {
  showSectors(sectors);
  showOpenSector(sectors, records);
  showRecords(records);
  money.stored = pending;
  money.checking = checking ?? inDoubt(records);
  showMoney();
}

/** The newest whole record of a sale says how it stands. */
function inDoubt(records) {
  const standing = new Map();
  for (const record of records) {
    const says = record.state && record.state !== "torn";
    if (says && !standing.has(record.seq)) standing.set(record.seq, record);
  }
  const doubtful = [...standing.values()].filter(({ state }) => state === "checking");
  const fen = doubtful.reduce((sum, { amount_fen }) => sum + (amount_fen ?? 0), 0);
  return { count: doubtful.length, fen };
}

function showSectors(sectors) {
  const strip = byId("sectors");
  while (strip.children.length > sectors.length) strip.lastChild.remove();
  while (strip.children.length < sectors.length) strip.append(make("i", "", make("b")));
  sectors.forEach(({ index, state, fill: filled }, place) => {
    const cell = strip.children[place];
    cell.dataset.state = state;
    cell.firstChild.style.height = `${(100 * filled) / PAGES_PER_SECTOR}%`;
    cell.title = t("sector {n}: {state}", { n: index, state: t(state) });
  });
  strip.classList.toggle("many", sectors.length > MANY_SECTORS);
  const used = sectors.filter(({ state }) => state !== "blank").length;
  strip.setAttribute("aria-label", t("{used} of {all} sectors in use", { used, all: sectors.length }));
}

/** The sector that is written on, page by page: what each record says of its sale. */
function showOpenSector(sectors, records) {
  const open = sectors.find(({ state, number }) => state === "open" && number != null);
  const row = byId("open-sector");
  row.hidden = !open;
  if (!open) return;
  const first = open.number * PAGES_PER_SECTOR;
  const here = records.filter(({ pos }) => pos >= first && pos < first + PAGES_PER_SECTOR);
  const bySlot = new Map(here.map((record) => [record.pos - first, record]));
  const used = Math.max(open.fill, ...here.map(({ pos }) => pos - first + 1));
  while (row.children.length <= PAGES_PER_SECTOR) row.append(make("i"));
  for (let slot = 0; slot < PAGES_PER_SECTOR; slot++) showPage(row.children[1 + slot], bySlot.get(slot), slot < used);
  const told = { n: open.index, fill: open.fill, all: PAGES_PER_SECTOR };
  row.firstChild.textContent = t("Sector {n}", told);
  row.setAttribute("aria-label", t("sector {n} is being written: {fill} of {all} pages", told));
}

/** A used page without a record about a sale was skipped or voided, or carries only a release. */
function showPage(cell, record, used) {
  const state = record ? record.state || "kept" : used ? "void" : "blank";
  cell.dataset.state = state;
  cell.title = record ? [t(record.kind), `@${record.pos}`].join(" · ") : t(used ? "no record of a sale" : state);
}

function showRecords(records) {
  const newest = records.slice(0, SHOWN_RECORDS);
  fill(byId("records"), newest, identity, recordRow);
  const older = records.length - newest.length;
  if (older) byId("records").append(make("li", "older", t("and {n} older ones", { n: older })));
  byId("journal-count").textContent = t(records.length ? "{n} records" : "No records", { n: records.length });
}

function recordRow({ pos, seq, kind, text, amount_fen, state, time }) {
  const row = make(
    "li",
    "record",
    make("span", "seq", `${seq}`),
    make("span", "text", text),
    make("span", "amount", amount_fen == null ? "" : yuan(amount_fen)),
    make("span", "detail", [time, t(kind), `@${pos}`].filter(Boolean).join(" · ")),
    pill(state),
  );
  row.dataset.state = state;
  return row;
}

function pill(state) {
  const element = make("span", "pill", t(String(state ?? "")));
  element.dataset.state = state;
  return element;
}

/** `rows` newest first. */
export function showLedger({ rows, net_fen, count }) {
  fill(byId("ledger-rows"), rows, identity, ledgerRow);
  byId("ledger-net").textContent = yuan(net_fen);
  byId("ledger-count").textContent = t(count ? "{n} entries" : "No entries", { n: count });
  money.banked = { count, fen: net_fen };
  showMoney();
}

/** 2026-05-12T06:30:00Z -> the time of day here; other texts stay as they are. */
function clock(time) {
  const stamped = /^\d{4}-\d\d-\d\dT/.test(time);
  return stamped ? new Date(time).toTimeString().slice(0, 8) : time;
}

/** 621094******0011 -> 621094••0011 */
const shortened = (card) => String(card ?? "").replace(/\*+/, "••");

function ledgerRow({ time, stan, rrn, what, amount_fen, card, state }) {
  const row = make(
    "tr",
    "",
    make("td", "time", clock(time)),
    make("td", "reference", make("b", "", stan), make("small", "", rrn)),
    make("td", "what", make("b", "", t(what)), make("small", "", shortened(card))),
    make("td", "number", make("b", "amount", yuan(amount_fen)), pill(state)),
  );
  row.dataset.state = state;
  return row;
}

export function showEvent({ time, text }) {
  const list = byId("event-list");
  list.prepend(make("li", "new", make("time", "", time), make("span", "", text)));
  while (list.children.length > SHOWN_EVENTS) list.lastChild.remove();
}

export function forgetEvents() {
  byId("event-list").replaceChildren();
}

const DETAILS = {
  banked: ["in the ledger: {n}", "nothing yet"],
  stored: ["safe in the terminal: {n}", "nothing waiting"],
  checking: ["asking the acquirer: {n}", "nothing in doubt"],
};

function showMoney() {
  for (const [where, { count, fen }] of Object.entries(money)) {
    const tile = byId(where);
    tile.querySelector(".amount").textContent = yuan(fen);
    tile.querySelector(".detail").textContent = t(DETAILS[where][count ? 0 : 1], { n: count });
    tile.classList.toggle("none", !count);
    byId(`share-${where}`).style.flexGrow = Math.max(0, fen);
  }
}
