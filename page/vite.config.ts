import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

/** Path of a file or folder beside this one. */
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The licence of Preact, whose code is in the page, at the end of it: MIT wants it in every copy. */
function licences(): Plugin {
  const text = readFileSync(here("../node_modules/preact/LICENSE"), "utf8").trim();
  return { name: "licences", transformIndexHtml: (html) => html.replace("</body>", () => `  <!--\nPreact\n\n${text}\n-->\n  </body>`) };
}

/**
 * Lets the page run its own script and use its own style, and nothing else: no address may be loaded, and no other script runs, whatever a
 * report holds.
 */
function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    enforce: "post",
    // Behind the plugin that puts script and style into the page.
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type === "asset" && file.fileName.endsWith(".html")) file.source = withPolicy(String(file.source));
        }
      },
    },
  };
}

function withPolicy(html: string): string {
  const digests = (element: RegExp): string =>
    [...html.matchAll(element)].map(([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`).join(" ");
  const scripts = digests(/<script type="module"[^>]*>([\s\S]*?)<\/script>/g);
  const styles = digests(/<style[^>]*>([\s\S]*?)<\/style>/g);
  if (scripts === "" || styles === "") throw new Error("expected script and style in the page itself, found none");
  const policy = `default-src 'none'; img-src data:; script-src ${scripts}; style-src ${styles}; base-uri 'none'; form-action 'none'`;
  const place = '<meta name="viewport"';
  return html.replace(place, () => `<meta http-equiv="Content-Security-Policy" content="${policy}" />\n    ${place}`);
}

export default defineConfig({
  root: here("."),
  // As it stands in `jsxImportSource` of tsconfig.json.
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [licences(), viteSingleFile({ removeViteModuleLoader: true }), contentSecurityPolicy()],
  build: {
    outDir: here("../dist/page"),
    emptyOutDir: true,
    target: "es2022",
    rolldownOptions: { input: here("template.html") },
  },
});
