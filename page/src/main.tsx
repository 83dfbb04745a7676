import { render } from "preact";
import { PAGE_FORMAT, type PageData } from "../../harness/page/data.ts";
import { App } from "./app.tsx";
import { modelOf } from "./model.ts";
import "./page.css";

const root = document.getElementById("page");
if (root === null) throw new Error("the page has no place for itself");
// The program that wrote the data wrote this script too: the format says whether they are of one version.
const data = JSON.parse(document.getElementById("data")?.textContent ?? "null") as PageData;
if (data.format !== PAGE_FORMAT) throw new Error(`expected data of format ${PAGE_FORMAT}, found ${data.format}`);
render(<App model={modelOf(data)} />, root);
