"use strict";
// The page is whole without this: it folds, finds and counts what is there. It runs before the
// changes are read, so that they do not move once the filter is shown.
(() => {
  const form = document.getElementById("filter");
  const query = document.getElementById("query");
  const count = document.getElementById("count");
  const fold = document.getElementById("fold");
  const guilds = document.getElementsByClassName("guild");

  // Without accents and case, so that "jose" finds "José".
  const plain = (text) =>
    (/^[\0-\x7f]*$/.test(text) ? text : text.normalize("NFKD").replace(/\p{M}/gu, "")).toLowerCase();

  // What is in what: a change is found by its own text, and by the titles above it.
  const within = [".guild, #problems", ".cohort", "table", "tbody", "tr:not(.why)"];
  const titles = ":scope > summary > h3, :scope > h4, :scope > .why span";
  const read = (element, level, above, uuid) => {
    const found = { element, hidden: element.hidden, parts: [], uuid };
    const title = element.querySelector(titles);
    const text = `${above} ${title ? title.textContent : ""}`;
    for (let inner = level + 1; inner < within.length && !found.parts.length; inner += 1) {
      for (const part of element.querySelectorAll(within[inner])) {
        found.parts.push(read(part, inner, text, uuid));
      }
    }
    if (!found.parts.length) {
      found.text = plain(element.matches("tr") ? `${text} ${element.textContent}` : text);
      found.out = Boolean(element.closest(".out"));
      found.costs = element.classList.contains("costs");
    }
    return found;
  };
  let index = null;
  const indexed = () => {
    if (!index) {
      const problems = document.getElementById("problems");
      index = {
        guilds: [...guilds].map((guild) =>
          read(guild, 0, "", plain(guild.querySelector("summary > code").textContent)),
        ),
        problems: problems ? read(problems, 0, "", "") : null,
      };
      index.changes = index.guilds.reduce((sum, guild) => sum + size(guild), 0);
    }
    return index;
  };
  const size = (part) =>
    part.parts.length ? part.parts.reduce((sum, inner) => sum + size(inner), 0) : 1;

  const hide = (part, hidden) => {
    if (part.hidden !== hidden) {
      part.hidden = hidden;
      part.element.hidden = hidden;
    }
  };
  // How many fit; what is within something that is hidden as a whole is left as it is.
  const show = (part, fits) => {
    if (!part.parts.length) {
      return fits(part) ? 1 : 0;
    }
    const counts = part.parts.map((inner) => show(inner, fits));
    const sum = counts.reduce((one, other) => one + other, 0);
    if (sum) {
      part.parts.forEach((inner, position) => hide(inner, !counts[position]));
    }
    return sum;
  };

  // A number is found as a whole, and not in a UUID: 56 is neither in 156 nor in 2b56.
  const test = (term) => {
    if (!/^\d+$/.test(term)) {
      return ({ text, uuid }) => text.includes(term) || uuid.includes(term);
    }
    const whole = new RegExp(`(?<!\\d)${term}(?!\\d)`);
    return ({ text }) => whole.test(text);
  };
  const shownOf = (shown, all, noun) =>
    `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} ${noun}`;

  const apply = () => {
    const { guilds: found, problems: trouble, changes } = indexed();
    const tests = plain(query.value).split(/\s+/).filter(Boolean).map(test);
    const kind = form.elements.kind.value;
    const named = (part) => tests.every((fits) => fits(part));
    const fits = (part) => (kind === "all" || part[kind]) && named(part);
    let rows = 0;
    let shown = 0;
    for (const guild of found) {
      const number = show(guild, fits);
      rows += number;
      shown += number ? 1 : 0;
      hide(guild, !number);
      if (number && tests.length) {
        guild.element.open = true;
      }
    }
    const words = [shownOf(rows, changes, "changes"), shownOf(shown, found.length, "guilds")];
    if (trouble) {
      const number = show(trouble, named);
      hide(trouble, !number);
      words.push(shownOf(number, size(trouble), "problems"));
    }
    say(words.join(", "));
  };

  // Once a frame is enough to see, and a pause is what a screen reader needs to speak.
  let frame = 0;
  const soon = () => {
    cancelAnimationFrame(frame);
    if (document.readyState !== "loading") {
      frame = requestAnimationFrame(apply);
    }
  };
  let pause = 0;
  const say = (text) => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      count.textContent = text;
    }, 150);
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", soon);
  form.addEventListener("reset", soon);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      form.reset();
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=radio]), textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      query.focus();
      query.select();
    }
  });
  fold?.addEventListener("click", () => {
    const open = fold.textContent === "Unfold guilds";
    for (const guild of guilds) {
      guild.open = open;
    }
    fold.textContent = open ? "Fold guilds" : "Unfold guilds";
  });
  form.hidden = false;
  // Not only when it comes: WebKit, gone back to a page, has emptied the box, and a copy that was
  // saved while filtered has rows that are hidden; both have a count.
  addEventListener("pageshow", () => {
    if (query.value || form.elements.kind.value !== "all" || count.textContent) {
      soon();
    }
    // Once the page is seen and nobody types yet, so that the first letter finds it done.
    requestAnimationFrame(() => setTimeout(indexed, 100));
  });
})();
