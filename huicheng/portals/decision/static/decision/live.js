/* The wall hears of news and asks for itself again; without a stream it asks by the clock. */
(() => {
  "use strict";
  const SETTLE = 1500;
  const wall = () => document.getElementById("wall");
  let clock = 0;
  let settling = 0;

  const ask = () => window.htmx.trigger(wall(), "news");

  function say(how) {
    const words = document.querySelector("[data-live-words]");
    if (words) words.textContent = words.dataset[how];
    document.body.dataset.hears = how;
  }

  /* News come in crowds: a fusion publishes a dozen tables. */
  function heard() {
    clearTimeout(settling);
    settling = setTimeout(ask, SETTLE);
  }

  function byClock() {
    if (clock) return;
    clock = setInterval(ask, Number(wall().dataset.patience) * 1000);
    say("clock");
  }

  function listen() {
    const stream = new EventSource(wall().dataset.live);
    stream.addEventListener("open", () => { clearInterval(clock); clock = 0; say("live"); });
    stream.addEventListener("news", heard);
    stream.addEventListener("error", () => {
      byClock();
      /* Refused for good, as where all places are taken: ask for a place again in a while. */
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, Number(wall().dataset.patience) * 1000);
    });
  }

  document.addEventListener("htmx:afterSwap", () => say(document.body.dataset.hears ?? "clock"));
  say("clock");
  listen();
})();
