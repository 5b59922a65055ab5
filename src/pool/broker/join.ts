/** Opens the pools of another project. Argument and result are JSON. Never rejects. */
export type Join = (project: string) => Promise<string>
