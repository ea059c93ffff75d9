// The terminal's front: screen, lights, keypad.

import { byId } from "./dom.js";
import { t } from "./texts.js";

const WIDTH = 240;
const HEIGHT = 320;
const HEADER_BYTES = 4;
const PRESSED_MS = 130;

const TYPED = {
  Enter: "E", Escape: "X", Backspace: "C", Delete: "C", m: "M", M: "M", l: "L", L: "L", ".": "D", "。": "D",
};
const SPOKEN = { X: "Cancel", C: "Clear", M: "Menu", L: "Language", D: "double zero", E: "Enter" };

/** Paints one band: u16 y, u16 lines, then RGB565 pixels, all big endian. */
export function paintBand(buffer) {
  const view = new DataView(buffer);
  const y = view.getUint16(0);
  const lines = view.getUint16(2);
  if (y + lines > HEIGHT || buffer.byteLength !== HEADER_BYTES + 2 * WIDTH * lines) {
    throw new RangeError(`not a band of the screen: y ${y}, lines ${lines}, ${buffer.byteLength} bytes`);
  }
  const image = new ImageData(WIDTH, lines);
  expand(new Uint8Array(buffer, HEADER_BYTES), image.data);
  context().putImageData(image, 0, y);
}

/** A canvas that only ever takes pixels is better off in plain memory. */
const context = () => byId("screen").getContext("2d", { willReadFrequently: true });

/** RGB565 to RGBA; the low bits repeat the high ones, so that full white stays full white. */
function expand(source, target) {
  for (let from = 0, to = 0; from < source.length; from += 2, to += 4) {
    const high = source[from];
    const low = source[from + 1];
    const green = ((high & 0x07) << 3) | (low >> 5);
    target[to] = (high & 0xf8) | (high >> 5);
    target[to + 1] = (green << 2) | (green >> 4);
    target[to + 2] = ((low & 0x1f) << 3) | ((low >> 2) & 0x07);
    target[to + 3] = 255;
  }
}

export function showLeds({ values }) {
  values.forEach((on, index) => byId(`led-${index + 1}`)?.classList.toggle("on", Boolean(on)));
}

export function labelKeys() {
  for (const [key, name] of Object.entries(SPOKEN)) byId(`key-${key}`).setAttribute("aria-label", t(name));
}

/** Sends {"do":"press"} for clicked keys and for typed ones. */
export function startKeypad(send) {
  const press = (key) => {
    flash(byId(`key-${key}`));
    send({ do: "press", key });
  };
  byId("keypad").addEventListener("click", ({ target }) => {
    const button = target.closest("[data-key]");
    if (button) press(button.dataset.key);
  });
  addEventListener("keydown", (event) => {
    const key = typedKey(event);
    if (!key) return;
    event.preventDefault();
    press(key);
  });
  keepFocusAway();
}

function typedKey(event) {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return null;
  if (event.target.closest("input, select, textarea")) return null;
  if (event.key === "Enter" && event.target.closest("button, summary, a")) return null;
  return /^[0-9]$/.test(event.key) ? event.key : TYPED[event.key];
}

/** A button clicked with the mouse must not take the next Enter for itself. */
function keepFocusAway() {
  addEventListener("mousedown", (event) => {
    if (!event.target.closest("button, summary")) return;
    event.preventDefault();
    document.activeElement?.blur();
  });
}

function flash(button) {
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), PRESSED_MS);
}
