import { byId } from '../dom.ts'

/** Colours that Okabe and Ito chose to be told apart with any kind of colour vision, tuned for each background. */
const PALETTES = {
  light: ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#c4510a', '#6a5acd', '#8a8a2a'],
  dark: ['#3d9fdc', '#e8ab2e', '#22b68c', '#d98fb8', '#7cc6f2', '#e5763a', '#978bea', '#b3b34d'],
}

const KEY = 'vitest-python-theme'
const NAMES = ['auto', 'light', 'dark'] as const
type Name = (typeof NAMES)[number]

export interface Theme {
  palette: readonly string[]
  color(name: string): string
}

const prefersDark = matchMedia('(prefers-color-scheme: dark)')
let chosen: Name = stored()

export function theme(): Theme {
  const style = getComputedStyle(document.documentElement)
  const known = new Map<string, string>()
  return {
    palette: PALETTES[isDark() ? 'dark' : 'light'],
    color(name) {
      const color = known.get(name) ?? style.getPropertyValue(`--${name}`).trim()
      known.set(name, color)
      return color
    },
  }
}

/** Black or white, whichever is easier to read on a colour. */
export function inkOn(color: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.21 ? '#111418' : '#ffffff'
}

/** Follows the system, until the user chooses. */
export function watchTheme(changed: () => void): void {
  const apply = () => {
    document.documentElement.classList.toggle('dark', isDark())
    byId('theme').textContent = `Theme: ${chosen}`
    changed()
  }
  prefersDark.addEventListener('change', apply)
  byId('theme').onclick = () => {
    chosen = NAMES[(NAMES.indexOf(chosen) + 1) % NAMES.length] as Name
    try {
      localStorage.setItem(KEY, chosen)
    } catch {}
    apply()
  }
  apply()
}

function isDark(): boolean {
  return chosen === 'dark' || (chosen === 'auto' && prefersDark.matches)
}

/** A page that was opened as a file may have no storage. */
function stored(): Name {
  try {
    return NAMES.find((name) => name === localStorage.getItem(KEY)) ?? 'auto'
  } catch {
    return 'auto'
  }
}
