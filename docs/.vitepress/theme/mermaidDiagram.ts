import { useData, withBase } from 'vitepress'
import { defineComponent, h, onMounted, ref, watch } from 'vue'

interface Mermaid {
  initialize(options: object): void
  render(id: string, source: string): Promise<{ svg: string }>
}

let loading: Promise<Mermaid> | undefined
let drawn = 0

/** Loads Mermaid when the first diagram is shown. It isn't bundled, because that would take longer than the whole site. */
function loadMermaid(): Promise<Mermaid> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = withBase('/mermaid.js')
    script.onload = () => resolve((globalThis as unknown as { mermaid: Mermaid }).mermaid)
    script.onerror = reject
    document.head.append(script)
  })
  return loading
}

/** A diagram in the colors of the page. Without JavaScript, its source is shown. */
export const MermaidDiagram = defineComponent({
  props: { code: { type: String, required: true } },
  setup(props) {
    const { isDark } = useData()
    const source = decodeURIComponent(props.code)
    const svg = ref('')

    async function draw(): Promise<void> {
      const mermaid = await loadMermaid()
      mermaid.initialize({ startOnLoad: false, theme: isDark.value ? 'dark' : 'neutral' })
      svg.value = (await mermaid.render(`diagram-${drawn++}`, source)).svg
    }

    onMounted(draw)
    watch(isDark, draw)
    return () =>
      svg.value
        ? h('div', { class: 'diagram', innerHTML: svg.value })
        : h('pre', { class: 'diagram' }, source)
  },
})
