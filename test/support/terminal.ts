import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('terminal.py', import.meta.url))

/** A line for the standard input of a wrapped command: the terminal sends SIGINT to its foreground process group. */
export const CTRL_C = '"\\u0003"\n'
/** A line for the standard input of a wrapped command: closes the terminal. */
export const HANG_UP = 'null\n'

/** Wraps a command, which then runs on a terminal of its own. Lines on its standard input are keys, as JSON. */
export function onTerminal(command: string[]): string[] {
  return ['python3', program, ...command]
}
