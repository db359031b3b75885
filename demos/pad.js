// A drawing pad for mouse, pen, finger and keyboard. Value: a PNG of black strokes on white, or null.
// Coordinates are those of a pad of 280 x 280; the canvas may have more pixels.
const SIZE = 280;
const PEN = 18;
const CELL = 14; // the keyboard's grid: 20 x 20 cells
const INTERVAL = 150; // milliseconds between two pictures while drawing

const root = element.querySelector(".pad");
const canvas = root.querySelector("canvas");
const cursor = root.querySelector(".pad-cursor");
const says = root.querySelector("[aria-live]");
const words = root.dataset;

let strokes = [];
let stroke = null;
let pen = { x: SIZE / 2, y: SIZE / 2, down: false };
let sentAt = 0;
let timer = null;

const trace = (context, points) => {
  context.beginPath();
  context.moveTo(points[0][0], points[0][1]);
  if (points.length === 1) context.lineTo(points[0][0] + 0.01, points[0][1]);
  for (let i = 1; i < points.length; i++) {
    const [x, y] = points[i];
    const [nextX, nextY] = points[i + 1] ?? points[i];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.stroke();
};

const paint = (target, scale) => {
  const context = target.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, SIZE, SIZE);
  context.strokeStyle = "#000";
  context.lineWidth = PEN;
  context.lineCap = context.lineJoin = "round";
  for (const points of strokes) trace(context, points);
};

const show = () => {
  paint(canvas, canvas.width / SIZE);
  root.classList.toggle("pad-empty", strokes.length === 0);
};

const picture = () => {
  if (strokes.length === 0) return null;
  const small = document.createElement("canvas");
  small.width = small.height = SIZE;
  paint(small, 1);
  return small.toDataURL("image/png");
};

const send = () => {
  clearTimeout(timer);
  timer = null;
  sentAt = Date.now();
  props.value = picture();
  trigger("input");
};

const sendSoon = () => {
  timer ??= setTimeout(send, Math.max(0, INTERVAL - (Date.now() - sentAt)));
};

const place = (event) => {
  const box = canvas.getBoundingClientRect();
  return [
    Math.round(((event.clientX - box.left) / box.width) * SIZE * 10) / 10,
    Math.round(((event.clientY - box.top) / box.height) * SIZE * 10) / 10,
  ];
};

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || stroke) return;
  canvas.setPointerCapture(event.pointerId);
  stroke = { pointer: event.pointerId, points: [place(event)] };
  strokes.push(stroke.points);
  cursor.hidden = true;
  show();
});

canvas.addEventListener("pointermove", (event) => {
  if (!stroke || stroke.pointer !== event.pointerId) return;
  for (const step of event.getCoalescedEvents?.() ?? [event]) stroke.points.push(place(step));
  show();
  sendSoon();
});

for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, (event) => {
    if (!stroke || stroke.pointer !== event.pointerId) return;
    stroke = null;
    send();
  });
}

const clear = () => {
  strokes = [];
  pen.down = false;
  show();
  send();
  says.textContent = words.cleared;
};

const undo = () => {
  strokes.pop();
  pen.down = false;
  show();
  send();
  says.textContent = words.undone;
};

const showCursor = () => {
  cursor.hidden = false;
  cursor.style.left = `${(pen.x / SIZE) * 100}%`;
  cursor.style.top = `${(pen.y / SIZE) * 100}%`;
  cursor.classList.toggle("pad-down", pen.down);
};

const tell = () => {
  const at = words.place.replace("{row}", Math.round(pen.y / CELL)).replace("{column}", Math.round(pen.x / CELL));
  says.textContent = `${pen.down ? words.down : words.up}. ${at}`;
};

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const move = ([columns, rows]) => {
  const inside = (value) => Math.min(SIZE - CELL, Math.max(CELL, value));
  pen.x = inside(pen.x + columns * CELL);
  pen.y = inside(pen.y + rows * CELL);
  if (pen.down) {
    strokes.at(-1).push([pen.x, pen.y]);
    show();
    sendSoon();
  }
};

const lift = () => {
  pen.down = !pen.down;
  if (pen.down) {
    strokes.push([[pen.x, pen.y]]);
    show();
  } else send();
};

canvas.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (event.ctrlKey && event.key.toLowerCase() === "z") undo();
  else if (event.ctrlKey || event.metaKey || event.altKey) return;
  else if (step) move(step);
  else if (event.key === " " || event.key === "Enter") lift();
  else if (event.key === "Backspace") undo();
  else if (event.key === "Delete" || event.key === "Escape") clear();
  else return;
  event.preventDefault();
  showCursor();
  if (step || event.key === " " || event.key === "Enter") tell();
});
canvas.addEventListener("blur", () => { cursor.hidden = true; });

root.querySelector("[data-clear]").addEventListener("click", clear);
root.querySelector("[data-undo]").addEventListener("click", undo);
for (const button of root.querySelectorAll("[data-strokes]")) {
  button.addEventListener("click", () => {
    strokes = JSON.parse(button.dataset.strokes);
    pen.down = false;
    show();
    send();
  });
}

show();
