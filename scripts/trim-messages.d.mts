export function trimMessages(): {
  name: string
  transform: { filter: { id: RegExp }; handler(code: string): string }
}
