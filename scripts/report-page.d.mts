export function writeReportPage(): Promise<void>
