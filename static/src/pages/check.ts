/** The check page: a file judged while it is read, its report growing, nothing stored. */

import { CheckBar } from "../check/progress";
import { CheckRun, openCheck } from "../check/run";
import { findingsCsv } from "../findings/csv";
import { FindingsReport } from "../findings/report";
import { ToldFindings } from "../findings/source";
import type { Profile } from "../protocol/Profile";
import type { RuleTotal } from "../protocol/RuleTotal";
import { announce } from "../ui/announce";
import { h, need, replace, textOf } from "../ui/dom";
import { dropZone } from "../ui/drop";
import { counted } from "../ui/format";
import { errorNotice } from "../ui/notice";
import { startShell } from "../ui/shell";

startShell();

const page = need("#page");
const form = need<HTMLFormElement>("#check-form");
const input = need<HTMLInputElement>("#file");
const message = need("#form-error");
const running = need("#running");
const section = need("#report");

dropZone(need("#drop"), (files) => (input.files = files));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  replace(message);
  const file = input.files?.[0];
  if (file) start(file, textOf(form, "profile") as Profile);
  else {
    replace(message, errorNotice({ code: "invalid_field", message: "No file is chosen.", hint: "Choose a VCF file." }));
    input.focus();
  }
});

function start(file: File, profile: Profile): void {
  const told = new ToldFindings();
  let totals: readonly RuleTotal[] = [];
  const report = new FindingsReport({
    source: told.source,
    download: h("button", { type: "button", class: "btn btn-sm btn-outline-secondary", onclick: () => save(`${file.name}-findings.csv`, findingsCsv(told.all, totals)) }, "Download CSV"),
  });
  const end = (verdict: "accepted" | "refused" | "cancelled" | "failed", text: string) => {
    const next: HTMLElement[] = [h("button", { type: "button", class: "btn btn-sm btn-outline-secondary", onclick: again }, "Check another file")];
    if (verdict === "accepted") next.push(h("a", { class: "btn btn-sm btn-link", href: "/upload" }, "Upload it"));
    bar.end(verdict, ...next);
    page.dataset["state"] = verdict;
    announce(text);
  };
  const bar = new CheckBar(running, file, profile, () => {
    run.stop();
    end("cancelled", "The check was cancelled.");
  });
  const run = new CheckRun(file, openCheck(file.name, profile), {
    progress: (progress) => {
      bar.update(progress, performance.now());
      told.add(progress.findings);
      if (progress.totals) {
        totals = progress.totals;
        report.update(totals);
        section.hidden = false;
      }
      if (progress.verdict === null) return;
      const sum = (severity: string) => totals.filter((total) => total.severity === severity).reduce((n, total) => n + total.n, 0);
      end(progress.verdict, `The file is ${progress.verdict}: ${counted(sum("error"), "error")}, ${counted(sum("warning"), "warning")}.`);
      if (totals.length > 0) return;
      replace(section, h("p", {}, "Nothing to find fault with."));
      section.hidden = false;
    },
    failed: (error) => {
      replace(message, errorNotice(error));
      end("failed", error.message);
      form.hidden = false;
    },
  });
  page.dataset["state"] = "running";
  replace(section, report.element);
  section.hidden = true;
  running.hidden = false;
  form.hidden = true;
}

function again(): void {
  delete page.dataset["state"];
  running.hidden = true;
  section.hidden = true;
  form.hidden = false;
  input.value = "";
  input.focus();
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  h("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
