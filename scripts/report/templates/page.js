"use strict";
(() => {
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search);
  // A page opened from a file may have no storage; it then forgets the choice, and nothing else.
  const recall = (key) => { try { return localStorage.getItem("ladder-" + key); } catch { return null; } };
  const keep = (key, value) => { try { localStorage.setItem("ladder-" + key, value); } catch { /* forgets */ } };

  function write(language) {
    for (const cell of document.querySelectorAll("data[value]")) {
      const digits = Number(cell.dataset.digits);
      const form = { minimumFractionDigits: digits, maximumFractionDigits: digits };
      if ("percent" in cell.dataset) form.style = "percent";
      if (cell.dataset.currency) Object.assign(form, { style: "currency", currency: cell.dataset.currency, currencyDisplay: "narrowSymbol" });
      try {
        cell.textContent = new Intl.NumberFormat(language, form).format(cell.value);
      } catch { /* a currency that the browser does not know stays as it is written */ }
    }
    for (const time of document.querySelectorAll("time")) {
      const form = { year: "numeric", month: "short", timeZone: "UTC" };
      if (time.dateTime.length > 7) form.day = "numeric";
      time.textContent = new Intl.DateTimeFormat(language, form).format(new Date(time.dateTime));
    }
  }

  function speak(language) {
    root.lang = language;
    document.title = document.querySelector("h1").innerText + " · " + document.querySelector("header b").innerText;
    write(language);
  }

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function shade(theme) {
    root.dataset.theme = theme;
    document.getElementById("theme").setAttribute("aria-pressed", String(theme === "dark"));
  }

  const theme = asked.get("theme") || recall("theme");
  if (theme === "dark" || theme === "light") shade(theme);
  document.getElementById("theme").setAttribute("aria-pressed", String(isDark()));
  document.getElementById("theme").addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    shade(next);
    keep("theme", next);
  });

  const language = asked.get("lang") || recall("lang") || navigator.language;
  speak(language.toLowerCase().startsWith("ru") ? "ru" : "en");
  document.getElementById("language").addEventListener("click", () => {
    const next = root.lang === "ru" ? "en" : "ru";
    speak(next);
    keep("lang", next);
  });
})();
