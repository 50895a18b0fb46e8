/** The page of one dataset: state, files, findings, groups. */

import { api, ApiFailure, describe, loginIfSignedOut, wsTicket } from "../api";
import { DatasetView } from "../datasets/view";
import { browserWorld, LiveConnection } from "../live/connection";
import type { ImportProgress } from "../protocol/ImportProgress";
import { need, replace } from "../ui/dom";
import { errorNotice } from "../ui/notice";
import { setBuildBadge, startShell } from "../ui/shell";

startShell();

const page = need("#page");
const id = Number(location.pathname.split("/").at(-1));
const view = new DatasetView(page, () => void load());
const connection = new LiveConnection(browserWorld(wsTicket));
/** The last news of the import; what comes while the dataset is being loaded is applied to it afterwards. */
let news: ImportProgress | null = null;
connection.listen({
  imports: (moved) => {
    const progress = moved.find(({ dataset_id }) => dataset_id === id);
    if (!progress) return;
    news = progress;
    // Groups and samples come with the dataset; they change with the state of the files.
    if (view.progress(progress)) void load();
    else findingsSoon();
  },
});
window.addEventListener("online", () => connection.network(true));
window.addEventListener("offline", () => connection.network(false));
connection.start();
let again: ReturnType<typeof setTimeout> | undefined;
void load();

/** Least time between two looks at the findings of a running import, in milliseconds. */
const LOOK_EVERY = 1500;
let looking = false;

/** The report grows while the import runs. */
function findingsSoon(): void {
  if (looking) return;
  looking = true;
  setTimeout(() => {
    looking = false;
    // A look that fails is made up for by the next.
    showFindings().catch(() => undefined);
  }, LOOK_EVERY);
}

async function showFindings(): Promise<void> {
  view.showFindings((await api.findings(id, { limit: 1 })).totals);
}

async function load(): Promise<void> {
  const before = news;
  try {
    const dataset = await api.dataset(id);
    setBuildBadge(dataset.build);
    document.title = `${dataset.name} · Allelecast`;
    view.show(dataset);
    clearTimeout(again);
    if (dataset.groups.some(({ counting }) => counting)) again = setTimeout(() => void load(), 1500);
    if (news !== null && news !== before && view.progress(news)) void load();
    await showFindings();
  } catch (reason) {
    if (loginIfSignedOut(reason)) return;
    const gone = reason instanceof ApiFailure && reason.status === 404;
    replace(page, errorNotice(describe(reason), gone ? { label: "All datasets", run: () => location.assign("/") } : { label: "Try again", run: () => location.reload() }));
  }
}
