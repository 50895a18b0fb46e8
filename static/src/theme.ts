/** Runs before the first paint, so that no page flashes in the wrong theme. */

import { applyTheme } from "./ui/theme";

applyTheme();
