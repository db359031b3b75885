// A square frame on a picture, for mouse, finger and keyboard. Value: {id, left, top, side, moving}, in fractions:
// left and top of the picture's width and height, side of its shorter side.
const INTERVAL = 150; // milliseconds between two answers while the frame is moved
const STEP = 0.05;
const ROOMY = 80; // pixels of a frame that has room for corners to drag; a smaller one is moved only

const root = element.querySelector(".crop");
const stage = root.querySelector(".crop-stage");
const image = stage.querySelector("img");
const frame = root.querySelector(".crop-frame");
const bright = root.querySelector(".crop-shade b"); // what the shade leaves bright
const says = root.querySelector("[aria-live]");
const problem = root.querySelector(".crop-problem");
const sliders = Object.fromEntries(["side", "left", "top"].map((name) => [name, root.querySelector(`input[data-${name}]`)]));
const smallest = Number(sliders.side.min);

let picture = null; // {id, width, height}
let crop = null; // {left, top, side}
let drag = null;
let sentAt = 0;
let timer = null;

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

// How much of the picture's width and height the frame covers.
const extent = (side) => {
  const shorter = Math.min(picture.width, picture.height);
  return [(side * shorter) / picture.width, (side * shorter) / picture.height];
};

const place = (left, top, side) => {
  const size = clamp(side, smallest, 1);
  const [across, down] = extent(size);
  crop = { left: clamp(left, 0, 1 - across), top: clamp(top, 0, 1 - down), side: size };
};

const show = () => {
  root.classList.toggle("is-filled", picture !== null);
  if (!picture) return;
  const [across, down] = extent(crop.side);
  const percent = (value) => `${value * 100}%`;
  for (const box of [frame, bright]) {
    Object.assign(box.style, {
      left: percent(crop.left), top: percent(crop.top), width: percent(across), height: percent(down),
    });
  }
  frame.classList.toggle("is-small", across * stage.clientWidth < ROOMY);
  // A position is shown as part of the way that is open to the frame.
  sliders.side.value = crop.side;
  sliders.left.value = across < 1 ? crop.left / (1 - across) : 0.5;
  sliders.top.value = down < 1 ? crop.top / (1 - down) : 0.5;
  sliders.left.disabled = across > 0.999;
  sliders.top.disabled = down > 0.999;
};

const send = (moving) => {
  clearTimeout(timer);
  timer = null;
  sentAt = Date.now();
  props.value = { id: picture.id, ...crop, moving };
  trigger("input");
};

const sendSoon = () => {
  timer ??= setTimeout(() => send(true), Math.max(0, INTERVAL - (Date.now() - sentAt)));
};

const tell = () => {
  const words = { left: crop.left, top: crop.top, side: crop.side };
  says.textContent = root.dataset.place.replace(/\{(\w+)\}/g, (_, name) => Math.round(words[name] * 100));
};

// ---- A new picture from the server, or none ----

const take = () => {
  const value = props.value;
  if (value && !value.address) return; // what was set here
  if (!value) {
    picture = crop = null;
    image.removeAttribute("src");
  } else {
    picture = { id: value.id, width: value.width, height: value.height };
    crop = { left: value.left, top: value.top, side: value.side };
    image.src = value.address;
    stage.style.setProperty("--ratio", value.width / value.height);
    problem.textContent = "";
    props.value = { id: picture.id, ...crop, moving: false }; // without the picture, which need not travel back
  }
  drag = null;
  show();
};
watch("value", take);

// ---- Mouse and finger ----

// Where the pointer is, in pixels of the picture.
const point = (event) => {
  const box = stage.getBoundingClientRect();
  return [
    ((event.clientX - box.left) / box.width) * picture.width,
    ((event.clientY - box.top) / box.height) * picture.height,
  ];
};

stage.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || drag || !picture) return;
  event.preventDefault();
  stage.setPointerCapture(event.pointerId);
  frame.focus({ preventScroll: true });
  const at = point(event);
  const corner = event.target.matches("i") ? event.target.className : null;
  const inside = frame.contains(event.target);
  if (!inside) {
    const [across, down] = extent(crop.side);
    place(at[0] / picture.width - across / 2, at[1] / picture.height - down / 2, crop.side);
  }
  drag = { pointer: event.pointerId, corner, at, start: crop };
  if (!inside) { show(); sendSoon(); }
});

const resize = (corner, start, across, down) => {
  const shorter = Math.min(picture.width, picture.height);
  const [width, height] = [picture.width, picture.height];
  const left = start.left * width, top = start.top * height, side = start.side * shorter;
  const west = corner.includes("w"), north = corner.includes("n");
  const anchor = [west ? left + side : left, north ? top + side : top]; // the corner that stays
  const room = Math.min(west ? anchor[0] : width - anchor[0], north ? anchor[1] : height - anchor[1]);
  const grown = side + Math.max(west ? -across : across, north ? -down : down);
  const length = clamp(grown, smallest * shorter, room);
  place((west ? anchor[0] - length : anchor[0]) / width, (north ? anchor[1] - length : anchor[1]) / height, length / shorter);
};

stage.addEventListener("pointermove", (event) => {
  if (!drag || drag.pointer !== event.pointerId) return;
  const [x, y] = point(event);
  const across = x - drag.at[0], down = y - drag.at[1];
  if (drag.corner) resize(drag.corner, drag.start, across, down);
  else place(drag.start.left + across / picture.width, drag.start.top + down / picture.height, drag.start.side);
  show();
  sendSoon();
});

for (const end of ["pointerup", "pointercancel"]) {
  stage.addEventListener(end, (event) => {
    if (!drag || drag.pointer !== event.pointerId) return;
    const moved = ["left", "top", "side"].some((name) => crop[name] !== props.value[name]) || props.value.moving;
    drag = null;
    if (moved || timer) send(false);
  });
}

// ---- Keyboard and sliders ----

// Change the size and keep the middle of the frame where it is.
const scale = (side) => {
  const [across, down] = extent(crop.side);
  const [wider, higher] = extent(clamp(side, smallest, 1));
  place(crop.left + (across - wider) / 2, crop.top + (down - higher) / 2, side);
};

const middle = () => {
  const [across, down] = extent(1);
  place((1 - across) / 2, (1 - down) / 2, 1);
};

const changed = () => {
  show();
  send(false);
  tell();
};

const KEYS = {
  ArrowLeft: ([across]) => place(crop.left - across, crop.top, crop.side),
  ArrowRight: ([across]) => place(crop.left + across, crop.top, crop.side),
  ArrowUp: ([, down]) => place(crop.left, crop.top - down, crop.side),
  ArrowDown: ([, down]) => place(crop.left, crop.top + down, crop.side),
  "+": () => scale(crop.side + STEP),
  "=": () => scale(crop.side + STEP),
  "-": () => scale(crop.side - STEP),
  0: middle,
};

frame.addEventListener("keydown", (event) => {
  const act = KEYS[event.key];
  if (!act || !picture || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act(extent(event.shiftKey ? STEP / 5 : STEP));
  changed();
});

for (const [name, slider] of Object.entries(sliders)) {
  const act = () => {
    const value = Number(slider.value);
    const [across, down] = extent(crop.side);
    if (name === "side") scale(value);
    else place(name === "left" ? value * (1 - across) : crop.left, name === "top" ? value * (1 - down) : crop.top, crop.side);
    show();
  };
  slider.addEventListener("input", () => { act(); sendSoon(); });
  slider.addEventListener("change", () => { act(); send(false); tell(); });
}

root.querySelector("[data-middle]").addEventListener("click", () => { middle(); changed(); });

// ---- Other pictures: none, an example, a pasted or dropped one ----

root.querySelector("[data-other]").addEventListener("click", () => {
  props.value = null;
  take();
  trigger("clear");
});

for (const button of root.querySelectorAll(".crop-examples button")) {
  button.addEventListener("click", () => {
    props.value = { example: button.value };
    trigger("select");
  });
}

const offer = async (files) => {
  const file = [...files].find((one) => one.type.startsWith("image/"));
  if (!file) return false;
  problem.textContent = "";
  try {
    const { path } = await upload(file);
    props.value = { offered: { path } };
    trigger("upload");
  } catch {
    problem.textContent = root.dataset.failed;
  }
  return true;
};

document.addEventListener("paste", (event) => {
  const isSeen = root.getClientRects().length > 0;
  const isField = event.target.closest?.("input:not([type=range]), textarea");
  if (isSeen && !isField && event.clipboardData?.files.length) offer(event.clipboardData.files);
});
stage.addEventListener("dragover", (event) => event.preventDefault());
stage.addEventListener("drop", (event) => {
  event.preventDefault();
  offer(event.dataTransfer.files);
});

take();
