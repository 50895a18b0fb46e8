/** What the Explore page shows, as its address carries it; every state can be linked to. */

export interface ExploreState {
  build: string | null;
  /** Slugs; empty for the newest dataset of the build. */
  datasets: readonly string[];
  query: string;
  /** Fully qualified; `null` for the usual choice. */
  groups: readonly string[] | null;
  scale: "linear" | "log";
}

export function parseAddress(search: string): ExploreState {
  const params = new URLSearchParams(search);
  const list = (text: string | null) => (text ?? "").split(",").filter((part) => part !== "");
  return {
    build: params.get("build") || null,
    datasets: list(params.get("dataset")),
    query: params.get("q") ?? "",
    groups: params.has("groups") ? list(params.get("groups")) : null,
    scale: params.get("scale") === "log" ? "log" : "linear",
  };
}

export function formatAddress(state: ExploreState): string {
  const params: [string, string][] = [];
  if (state.build) params.push(["build", state.build]);
  if (state.datasets.length > 0) params.push(["dataset", state.datasets.join(",")]);
  if (state.query) params.push(["q", state.query]);
  if (state.groups) params.push(["groups", state.groups.join(",")]);
  if (state.scale === "log") params.push(["scale", "log"]);
  // Commas and colons are allowed in a query string and keep the address readable.
  const text = params.map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%2C/g, ",").replace(/%3A/g, ":")}`).join("&");
  return text ? `/explore?${text}` : "/explore";
}
