// A link to what a tab shows: read where it opens the tab, made and copied where the button asks for it.
// Value: the address's query, for the server to read; then, as JSON, its notes, or the values to make a link of.
window.hubLink ??= { mistakes: [], hidden: [], panels: {} }; // hub.js fills it, where it runs
const root = element.querySelector(".hub-link");
const button = root.querySelector("button");
const field = root.querySelector("input");
const says = root.querySelector(".hub-link-says");
const notes = root.querySelector(".hub-link-notes");
const words = root.dataset;
const { task, names, longest, unless } = props;
const opened = new URLSearchParams(location.search);
let next = null; // the language of the page that the link is made for, where it is not to be copied

// The parameters are those of one tab: the one that is named or, where none is, the first that is seen.
const isOurs = () => {
  if (window.hubLink.isRead || (opened.get("tab") ?? task) !== task) return false;
  return (window.hubLink.isRead = true);
};

const note = (sentences) => {
  notes.replaceChildren(...sentences.map((sentence) => {
    const item = document.createElement("li");
    item.textContent = sentence;
    return item;
  }));
};

const isTooLong = (value) => typeof value === "string" && value.length > longest;
const isGiven = (value) => value !== null && value !== undefined && value !== "" && !isTooLong(value);

const addressOf = (values, lang) => {
  const query = new URLSearchParams({ tab: task });
  if (next && opened.has("__theme")) query.append("__theme", opened.get("__theme"));
  values.forEach((value, index) => {
    if (isGiven(value)) query.append(names[index], value);
  });
  query.append("lang", lang);
  if (window.hubLink.hidden.length) query.append("hide", window.hubLink.hidden);
  const path = location.pathname.replace(/\/zh\/?$/, "/");
  return `${location.origin}${path}?${query.toString().replaceAll("%2C", ",")}`;
};

const toClipboard = async (text) => {
  try {
    await navigator.clipboard.writeText(text); // there is none on a plain http address
    return true;
  } catch {
    field.select();
    return document.execCommand("copy");
  }
};

const copy = async (values) => {
  field.hidden = false;
  field.value = addressOf(values, document.documentElement.lang.slice(0, 2));
  const isCopied = await toClipboard(field.value);
  if (isCopied) button.focus();
  const isWhole = unless && isGiven(values[names.indexOf(unless)]);
  says.textContent = [
    isCopied ? words.copied : words.select,
    values.some(isTooLong) ? words.cut : "",
    isWhole ? "" : words.without,
  ].join(" ");
};

button.addEventListener("click", () => {
  says.textContent = "";
  next = null;
  trigger("submit");
});

// What the switch of language asks for: the same in another language.
window.hubLink.panels[task] = (lang) => {
  next = lang;
  trigger("submit");
};

watch("value", () => {
  if (!props.value || props.value.startsWith("?")) return;
  const sent = JSON.parse(props.value);
  if (sent.notes) note(sent.notes);
  if (sent.values && next) location.assign(addressOf(sent.values, next));
  else if (sent.values) copy(sent.values);
});

if (isOurs() && names.some((name) => opened.has(name))) {
  props.value = location.search;
  trigger("input");
}
