// The player of a walk: draws one step of a strip of pictures, by itself or where the slider is put.
const PAUSE = 110; // milliseconds a step

const root = element.querySelector(".walk");
const canvas = root.querySelector("canvas");
const button = root.querySelector("[data-play]");
const slider = root.querySelector("input");
const says = root.querySelector(".walk-says");
const told = root.querySelector("[aria-live]");
const words = root.dataset;
const wantsStillness = matchMedia("(prefers-reduced-motion: reduce)");

const strip = new Image();
let walk = null;
let timer = null;
let direction = 1;

const sentence = (step) =>
  words.step.replace("{step}", step + 1).replace("{steps}", walk.steps).replace("{opinion}", walk.opinions[step]);

const show = (step) => {
  slider.value = step;
  const { width, height } = walk;
  canvas.getContext("2d").drawImage(strip, step * width, 0, width, height, 0, 0, width, height);
  says.textContent = sentence(step);
  slider.setAttribute("aria-valuetext", sentence(step));
};

const pause = () => {
  clearInterval(timer);
  timer = null;
  button.textContent = words.play;
};

const advance = () => {
  if (!root.isConnected) return pause();
  const next = Number(slider.value) + direction;
  if (next < 0 || next >= walk.steps) direction = -direction; // at either seed: turn round
  show(Math.min(walk.steps - 1, Math.max(0, Number(slider.value) + direction)));
};

const play = () => {
  timer ??= setInterval(advance, PAUSE);
  button.textContent = words.pause;
};

const refuse = (message) => {
  pause();
  walk = null;
  root.classList.add("is-empty");
  button.disabled = slider.disabled = true;
  says.textContent = told.textContent = message;
};

const receive = () => {
  if (!props.value) return;
  const sent = JSON.parse(props.value);
  if (sent.message) return refuse(sent.message);
  pause();
  strip.onload = () => {
    walk = sent;
    canvas.width = sent.width;
    canvas.height = sent.height;
    slider.max = sent.steps - 1;
    direction = 1;
    button.disabled = slider.disabled = false;
    root.classList.remove("is-empty");
    show(0);
    told.textContent = sentence(0);
    if (!wantsStillness.matches) play();
  };
  strip.src = sent.strip;
};

button.addEventListener("click", () => (timer ? pause() : play()));
slider.addEventListener("input", () => {
  pause();
  show(Number(slider.value));
});
watch("value", receive);
receive();
