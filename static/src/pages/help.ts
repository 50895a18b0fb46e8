import { startShell } from "../ui/shell";

startShell();
