async (base, walk) => {
  const mod = await import(base + ".js");
  await mod.default({ module_or_path: base + "_bg.wasm" });
  mod.hydrate();
  const waiting = [];
  walk = (node) => {
    const name = node.localName;
    if (name === "leptos-island") {
      waiting.at(-1)?.();
      mod[node.dataset.component]?.(node);
    }
    if (name === "leptos-children") waiting.push(node.$$on_hydrate);
    for (const child of node.children) walk(child);
    if (name === "leptos-children") waiting.pop();
  };
  walk(document.body);
}
