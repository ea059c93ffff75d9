// Lets an element be dragged with mouse, pen or finger. A short movement is still a click.

const SLACK_PX = 6;

/**
 * While dragging calls moved(over(box)), at the end dropped(over(box)); box is the element's rectangle.
 * The click that a browser fires after a drag is swallowed.
 */
export function dragging(element, { over, moved, dropped }) {
  let start = null;
  let active = false;

  const near = () => over(element.getBoundingClientRect());

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = { x: event.clientX, y: event.clientY };
    active = false;
    element.setPointerCapture(event.pointerId);
  });

  element.addEventListener("pointermove", (event) => {
    if (!start) return;
    const x = event.clientX - start.x;
    const y = event.clientY - start.y;
    if (!active && Math.hypot(x, y) < SLACK_PX) return;
    active = true;
    element.classList.add("dragged");
    element.style.translate = `${x}px ${y}px`;
    moved(near());
  });

  const finish = () => {
    start = null;
    element.classList.remove("dragged");
    element.style.translate = "";
    moved(false);
  };

  element.addEventListener("pointerup", () => {
    const landed = active && near();
    finish();
    if (active) dropped(landed);
  });

  element.addEventListener("pointercancel", () => {
    finish();
    active = false;
  });

  element.addEventListener("click", (event) => {
    if (active) event.stopImmediatePropagation();
    active = false;
  }, { capture: true });
}
