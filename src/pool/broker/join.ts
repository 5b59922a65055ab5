/** Opens the pools of another project; both sides are JSON. Never rejects. */
export type Join = (project: string) => Promise<string>
