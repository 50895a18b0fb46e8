/** The page of one dataset: state, files, findings, groups. */

import { api, ApiFailure, describe, loginIfSignedOut, wsTicket } from "../api";
import { DatasetView } from "../datasets/view";
import { browserWorld, LiveConnection } from "../live/connection";
import { need, replace } from "../ui/dom";
import { errorNotice } from "../ui/notice";
import { setBuildBadge, startShell } from "../ui/shell";

startShell();

const page = need("#page");
const id = Number(location.pathname.split("/").at(-1));
const view = new DatasetView(page, () => void load());
const connection = new LiveConnection(browserWorld(wsTicket));
connection.listen({
  imports: (moved) => {
    const progress = moved.find(({ dataset_id }) => dataset_id === id);
    // Groups, samples and findings come with the dataset; they change with the state of the files.
    if (progress && view.progress(progress)) void load();
  },
});
window.addEventListener("online", () => connection.network(true));
window.addEventListener("offline", () => connection.network(false));
connection.start();
let again: ReturnType<typeof setTimeout> | undefined;
void load();

async function load(): Promise<void> {
  try {
    const dataset = await api.dataset(id);
    setBuildBadge(dataset.build);
    document.title = `${dataset.name} · Allelecast`;
    view.show(dataset);
    clearTimeout(again);
    if (dataset.groups.some(({ counting }) => counting)) again = setTimeout(() => void load(), 1500);
    const { errors, warnings } = dataset.findings;
    if (errors + warnings > 0) view.showFindings(await api.findings(id));
  } catch (reason) {
    if (loginIfSignedOut(reason)) return;
    const gone = reason instanceof ApiFailure && reason.status === 404;
    replace(page, errorNotice(describe(reason), gone ? { label: "All datasets", run: () => location.assign("/") } : { label: "Try again", run: () => location.reload() }));
  }
}
