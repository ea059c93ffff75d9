// What can be broken: the power, the networks, the acquirer.

import { byId, choose } from "./dom.js";
import { t } from "./texts.js";

const NETWORK_LAMPS = { up: "good", slow: "fair", drop: "fair", down: "bad" };
const ARMED = { before: "before operation {n}", torn: "tearing operation {n}", after: "after operation {n}" };

let power = false;
let how = "torn";

export function startWorld(send) {
  byId("power").onclick = () => send({ do: "power", on: !power });
  byId("network").onclick = ({ target }) => target.dataset.mode && send({ do: "network", mode: target.dataset.mode });
  byId("backup").onclick = () => send({ do: "backup", on: byId("backup").ariaChecked !== "true" });
  byId("acquirer").onclick = () => send({ do: "acquirer", on: byId("acquirer").ariaChecked !== "true" });
  byId("cut-how").onclick = ({ target }) => target.dataset.how && chooseHow(target.dataset.how);
  byId("cut").onsubmit = (event) => {
    event.preventDefault();
    send({ do: "cut", operation: byId("cut-operation").valueAsNumber, how });
    byId("cut-later").open = false;
  };
  chooseHow(how);
  closeWhenLeft(byId("cut-later"));
}

export function showWorld(state) {
  power = state.power;
  showPower();
  choose(byId("network"), "mode", state.network);
  byId("backup").ariaChecked = String(state.backup);
  byId("world").dataset.network = state.network;
  byId("world").classList.toggle("off", !(state.power && state.acquirer));
  byId("lamp-network").dataset.lamp = NETWORK_LAMPS[state.network];
  byId("lamp-acquirer").dataset.lamp = state.acquirer ? "good" : "bad";
  byId("acquirer").ariaChecked = String(state.acquirer);
  byId("acquirer").querySelector("span").textContent = t(state.acquirer ? "running" : "stopped");
  showCut(state.cut);
}

function showPower() {
  byId("power").textContent = t(power ? "POWER CUT" : "Power on");
  byId("power").classList.toggle("off", !power);
  byId("lamp-power").dataset.lamp = power ? "good" : "bad";
  byId("device").classList.toggle("off", !power);
}

function showCut(cut) {
  byId("cut-summary").textContent = cut
    ? t(ARMED[cut.how], { n: cut.operation })
    : t("Cut later…");
  byId("cut-later").classList.toggle("armed", Boolean(cut));
}

function chooseHow(chosen) {
  how = chosen;
  choose(byId("cut-how"), "how", how);
}

function closeWhenLeft(details) {
  addEventListener("pointerdown", ({ target }) => details.contains(target) || (details.open = false));
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    details.open = false;
  });
}
