export function reportSchema(): Promise<string>
export function writeReportSchema(): Promise<void>
