// The buzzer. A browser lets a page sound only after the first click or key.

import { byId } from "./dom.js";

const STORE = "tapstone.sound";
const VOLUME = 0.04;
const RAMP_S = 0.006; // a tone that starts or ends at once would click

let context = null;
let tone = null;
let wanted = localStorage.getItem(STORE) !== "off";

export function startSound() {
  const button = byId("sound");
  const show = () => button.setAttribute("aria-pressed", wanted);
  button.onclick = () => {
    wanted = !wanted;
    localStorage.setItem(STORE, wanted ? "on" : "off");
    if (!wanted) silence();
    show();
  };
  show();
  for (const gesture of ["pointerdown", "keydown"]) {
    addEventListener(gesture, () => (context ??= new AudioContext()), { once: true });
  }
}

export function buzz({ hz, on }) {
  byId("buzzer").classList.toggle("on", on);
  silence();
  if (on && wanted && context) tone = sound(hz);
}

function sound(hz) {
  const oscillator = new OscillatorNode(context, { type: "triangle", frequency: hz });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setTargetAtTime(VOLUME, context.currentTime, RAMP_S);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start();
  return { oscillator, gain };
}

function silence() {
  if (!tone) return;
  tone.gain.gain.setTargetAtTime(0, context.currentTime, RAMP_S);
  tone.oscillator.stop(context.currentTime + 10 * RAMP_S);
  tone = null;
}
