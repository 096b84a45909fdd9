async (js, wasm, walk) => {
  const mod = await import(js);
  await mod.default({ module_or_path: wasm });
  mod.hydrate();
  const waiting = [];
  walk = (node) => {
    const name = node.localName;
    if (name === "leptos-island") {
      waiting.at(-1)?.();
      const island = mod[node.dataset.component];
      if (island) island(node);
      else console.error("Teal: this page and /pkg are of different builds: run the server with the site that was built with it.");
    }
    if (name === "leptos-children") waiting.push(node.$$on_hydrate);
    for (const child of node.children) walk(child);
    if (name === "leptos-children") waiting.pop();
  };
  walk(document.body);
}
