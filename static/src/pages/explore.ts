import { ExplorePage } from "../explore/page";
import { need } from "../ui/dom";
import { startShell } from "../ui/shell";

startShell();
void new ExplorePage(need("#page")).open();
