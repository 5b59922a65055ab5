/**
 * How urgently a worker is needed. `test`: a test waits for it. `file`: a test file waits until a worker is up, but no
 * test uses it yet. `prefetch`: no test waits. The worker is for the next test of a process, so only a spare is granted.
 */
export type Priority = 'test' | 'file' | 'prefetch'
