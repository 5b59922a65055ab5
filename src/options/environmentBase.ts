/** The environments of Vitest that the environment `python` can stand on. */
export const BASES = ['node', 'jsdom', 'happy-dom'] as const

export type EnvironmentBase = (typeof BASES)[number]

/** What to write instead of a wrong `base`. */
export const BASE_REMEDY = 'write "node", "jsdom" or "happy-dom"'
