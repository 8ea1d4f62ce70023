// What every page does beyond being a document. Each module looks for its own elements and is silent without them.
import "./ahead.js";
import "./theme.js";
import "./copy.js";
import "./tables.js";
import "./zoom.js";
import { start as search } from "./search.js";
import { start as live } from "./live.js";
import { start as monitor } from "./monitor.js";

const settings = JSON.parse(document.getElementById("settings").textContent);
search(settings.words);
live();
monitor(settings.words);
