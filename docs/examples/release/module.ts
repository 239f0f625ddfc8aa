/** What this graph knows of its own: a check in TypeScript, and an exercise. */
import { failing, pass, type DriverModule } from "tidegate";

const advice = { look: "`tables` among the outputs of the stack schema", hint: "Add a table to schema/index.js." };

export const module: DriverModule = {
    open: () =>
        Promise.resolve({
            checks: {
                "there-are-tables": {
                    title: "the schema has tables",
                    run: ({ outputs }) => {
                        const tables = outputs.get("schema")?.["tables"];
                        const found = Array.isArray(tables) ? tables.length : 0;
                        return Promise.resolve(
                            found > 0 ? pass(`${found} tables`, { found }) : failing(advice, "There is no table."),
                        );
                    },
                },
            },
            exercises: {
                "first-order": ({ outputs, progress }) => {
                    progress.update("placing an order");
                    return Promise.resolve(`placed an order with ${String(outputs.get("service")?.["image"])}`);
                },
            },
        }),
};
