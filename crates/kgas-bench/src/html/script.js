// What the pointer, a finger or the arrow keys are on in a timeline is told in words below it.
(function () {
  "use strict";
  var above = 8;
  document.querySelectorAll("figure.timeline").forEach(function (figure) {
    var calls = figure.querySelectorAll("g.call");
    var chart = figure.querySelector("svg.x");
    var pitch = Number(figure.dataset.pitch);
    var told = document.createElement("p");
    var at = -1;
    told.className = "read";
    told.setAttribute("role", "status");
    told.textContent = "Point at a row, or use the arrow keys here, to read its call.";
    figure.append(told);
    figure.tabIndex = 0;

    function tell(row) {
      if (calls[at]) { calls[at].classList.remove("on"); }
      at = Math.min(Math.max(row, 0), calls.length - 1);
      if (calls[at]) {
        calls[at].classList.add("on");
        told.textContent = calls[at].querySelector("title").textContent;
      }
    }

    ["pointermove", "pointerdown"].forEach(function (kind) {
      chart.addEventListener(kind, function (event) {
        tell(Math.floor((event.clientY - chart.getBoundingClientRect().top - above) / pitch));
      });
    });
    figure.addEventListener("keydown", function (event) {
      var step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
      if (step) {
        event.preventDefault();
        tell(at + step);
      }
    });
  });

  // All runs at once, open or shut.
  var runs = document.querySelectorAll("details.run");
  if (runs.length > 1) {
    var all = document.createElement("button");
    all.type = "button";
    all.textContent = "Open all runs";
    all.addEventListener("click", function () {
      var open = all.textContent === "Open all runs";
      runs.forEach(function (run) { run.open = open; });
      all.textContent = open ? "Shut all runs" : "Open all runs";
    });
    document.querySelector("header").append(all);
  }
})();
