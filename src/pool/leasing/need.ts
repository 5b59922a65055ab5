/**
 * How much a worker is needed. `now`: a test waits for it. `soon`: a file waits until one is up, and no test has it yet.
 * `ahead`: nobody waits; it is for the next test of a process, and only a spare is given.
 */
export type Need = 'now' | 'soon' | 'ahead'
