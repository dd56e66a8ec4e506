// The list of warnings as a real table: tick to decide for several, open one by its number.
const drawn = new WeakMap();

function element(tag, text, name) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  if (name) made.className = name;
  return made;
}

function cell(row, ...parts) {
  const made = element("td");
  made.append(...parts.filter(Boolean));
  row.append(made);
  return made;
}

function chance(told) {
  const made = [element("span", told.text)];
  if (told.at === null) return made;
  const bar = element("div", null, "bar");
  const range = element("i");
  range.style.left = `${told.low}%`;
  range.style.width = `${told.high - told.low}%`;
  const point = element("b");
  point.style.left = `${told.at}%`;
  bar.append(range, point);
  bar.setAttribute("aria-hidden", "true");
  return [...made, bar];
}

function link(told, open) {
  const made = element("a", told.id);
  made.href = told.href;
  made.setAttribute("aria-label", told.see);
  made.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(told.id);
  });
  return made;
}

function tick(label, value) {
  const made = element("input");
  made.type = "checkbox";
  made.setAttribute("aria-label", label);
  made.dataset.id = value;
  return made;
}

function line(told, open) {
  const row = element("tr");
  row.dataset.id = told.id;
  cell(row, tick(told.choose, told.id));
  cell(row, element("span", told.position)).className = "number";
  cell(row, element("span", told.level, `chip ${told.kind}`));
  const tags = told.tags.map((text) => element("span", text, "tag"));
  cell(row, link(told, open), element("small", told.where), ...tags);
  cell(row, element("span", told.age), element("small", told.due, told.late ? "late" : ""));
  cell(row, ...chance(told.chance));
  cell(row, element("span", told.reason));
  cell(row, element("span", told.offer));
  cell(row, element("span", told.decision));
  return row;
}

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  const told = JSON.stringify(data);
  if (drawn.get(parentElement) === told) return;
  drawn.set(parentElement, told);
  const table = parentElement.querySelector("table");
  table.setAttribute("aria-label", data.label);
  const body = element("tbody");
  const all = tick(data.choose_all, "");
  const ticks = () => [...body.querySelectorAll("input")];
  const tell = () => {
    ticks().forEach((box) => box.closest("tr").classList.toggle("chosen", box.checked));
    all.checked = ticks().length > 0 && ticks().every((box) => box.checked);
    setStateValue("chosen", ticks().filter((box) => box.checked).map((box) => box.dataset.id));
  };
  all.addEventListener("change", () => {
    ticks().forEach((box) => { box.checked = all.checked; });
    tell();
  });
  body.addEventListener("change", tell);
  data.rows.forEach((row) => body.append(line(row, (id) => setTriggerValue("opened", id))));
  ticks().forEach((box) => {
    box.checked = data.chosen.includes(box.dataset.id);
    box.closest("tr").classList.toggle("chosen", box.checked);
  });
  const head = element("tr");
  data.head.forEach((text, n) => {
    const made = element("th", n === 0 ? null : text);
    made.scope = "col";
    if (n === 0) made.append(all);
    head.append(made);
  });
  const top = element("thead");
  top.append(head);
  const widths = element("colgroup");
  data.widths.forEach((width) => { const col = element("col"); col.style.width = width; widths.append(col); });
  table.replaceChildren(widths, top, body);
}
