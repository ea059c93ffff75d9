// Joins the simulator's messages to the parts of the page.

import { forgetEvents, showEvent, showJournal, showLedger } from "./behind.js";
import { beeped, showCards, showHeld, startCards } from "./cards.js";
import { labelKeys, paintBand, showLeds, startKeypad } from "./device.js";
import { byId } from "./dom.js";
import { connect } from "./link.js";
import { buzz, startSound } from "./sound.js";
import { setLanguage, t, translateDocument } from "./texts.js";
import { showWorld, startWorld } from "./world.js";

const SHOW = {
  hello: forgetEvents,
  state: showState,
  cards: showCards,
  leds: showLeds,
  buzzer: showBuzzer,
  journal: showJournal,
  ledger: showLedger,
  event: showEvent,
};
const SPEAKING = ["state", "cards", "journal", "ledger"]; // shown again in the other language

const latest = {};
let connected = null;

function showState(state) {
  showWorld(state);
  showHeld(state.card);
}

function showBuzzer(buzzer) {
  buzz(buzzer);
  if (buzzer.on) beeped();
}

function showMessage(message) {
  latest[message.type] = message;
  SHOW[message.type]?.(message);
}

function showLink(live) {
  connected = live;
  document.body.classList.toggle("apart", !live);
  byId("link").textContent = t(live ? "Live" : "Disconnected, trying again");
  if (!live) {
    showLeds({ values: [false, false, false, false] });
    buzz({ on: false });
  }
}

function speak() {
  translateDocument();
  labelKeys();
  if (connected !== null) showLink(connected);
  for (const type of SPEAKING) if (latest[type]) SHOW[type](latest[type]);
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.onclick = () => {
    setLanguage(button.dataset.language);
    speak();
  };
}
speak();
startSound();
const send = connect({ live: showLink, band: paintBand, message: showMessage });
startKeypad((command) => latest.state?.power && send(command)); // dead keys do nothing
startCards(send);
startWorld(send);
