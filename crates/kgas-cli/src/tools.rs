//! `kgas tools`: which tools there are, and what can be set.

use std::sync::Arc;

use kgas_core::{KgasTool, Need, ToolRegistration};
use kgas_engine::ExternalSpec;
use serde_json::{Value, json};

use crate::Exit;
use crate::args::ToolsCommand;
use crate::declared::Declared;
use crate::failure::Failure;
use crate::settings::registry;
use crate::show::Show;
use crate::toolbox::{Named, Toolbox};

pub(crate) fn main(command: &ToolsCommand, show: Show) -> Result<Exit, Failure> {
    match command {
        ToolsCommand::List { json, declared } => list(declared, *json, show),
        ToolsCommand::Show { id, json, declared } => one(id, declared, *json, show),
    }
}

/// What is told of a tool in a list.
struct Line {
    id: String,
    about: Value,
    /// Category, needs, where it comes from, description.
    cells: [String; 4],
}

/// Lists all tools. None outside this program is started for it, so that one that can't be doesn't hide the others.
fn list(declared: &Declared, as_json: bool, show: Show) -> Result<Exit, Failure> {
    let registry = registry()?;
    let toolbox = Toolbox::new(&registry, declared)?;
    let registered = registry.iter().map(registered);
    let external = toolbox.external().map(|(id, spec)| external(id, spec));
    let mut lines = registered.chain(external).collect::<Result<Vec<_>, Failure>>()?;
    lines.sort_by(|a, b| a.id.cmp(&b.id));
    if lines.is_empty() {
        return Err(Failure::fatal("this binary has no tools: link their crates with `use that_crate as _;`"));
    }
    if as_json {
        show.json(&lines.into_iter().map(|line| line.about).collect::<Vec<_>>())?;
        return Ok(Exit::Complete);
    }
    let heads = vec![["ID", "CATEGORY", "NEEDS", "FROM", "DESCRIPTION"].map(str::to_owned).to_vec()];
    let rows = lines.into_iter().map(|Line { id, cells, .. }| std::iter::once(id).chain(cells).collect());
    show.table(&heads.into_iter().chain(rows).collect::<Vec<_>>())?;
    Ok(Exit::Complete)
}

fn registered(tool: &'static ToolRegistration) -> Result<Line, Failure> {
    let built = built(&Named::Registered(tool))?;
    let metadata = built.metadata();
    let from = format!("{} {}", tool.crate_name(), tool.crate_version());
    let cells = [metadata.category.clone(), needs(&metadata.needs), from, metadata.description.clone()];
    Ok(Line { id: metadata.id.clone(), about: about(&Named::Registered(tool), &*built)?, cells })
}

fn external(id: &str, spec: &ExternalSpec) -> Result<Line, Failure> {
    let (command, folder) = (&spec.command, &spec.folder);
    let about = json!({"id": id, "description": spec.description, "category": "external", "needs": spec.needs,
        "command": command, "folder": folder});
    let cells = ["external".to_owned(), needs(&spec.needs), command.join(" "), spec.description.clone()];
    Ok(Line { id: id.to_owned(), about, cells })
}

fn one(id: &str, declared: &Declared, as_json: bool, show: Show) -> Result<Exit, Failure> {
    let registry = registry()?;
    let toolbox = Toolbox::new(&registry, declared)?;
    let tool = toolbox.find(id)?;
    let built = built(&tool)?;
    let schema = tool.config_schema()?;
    if as_json {
        let mut all = about(&tool, &*built)?;
        if let Some(all) = all.as_object_mut() {
            all.insert("defaults".to_owned(), tool.defaults());
            all.insert("config_schema".to_owned(), schema);
            all.insert("result_schema".to_owned(), json!(toolbox.result_schema()));
        }
        show.json(&all)?;
        return Ok(Exit::Complete);
    }
    let metadata = built.metadata();
    let (what, from) = match &tool {
        Named::Registered(tool) => ("crate", format!("{} {}", tool.crate_name(), tool.crate_version())),
        Named::External(_, spec, _) => ("command", format!("{} in {}", spec.command.join(" "), spec.folder.display())),
    };
    show.result(&format!("{}  {}", metadata.id, metadata.name))?;
    show.result(&metadata.description)?;
    show.table(&[
        vec!["category".to_owned(), metadata.category.clone()],
        vec!["tags".to_owned(), metadata.tags.join(", ")],
        vec!["needs".to_owned(), needs(&metadata.needs)],
        vec![what.to_owned(), from],
        vec!["version".to_owned(), metadata.version.clone()],
    ])?;
    show.result("")?;
    show.table(&settings(&tool.defaults(), &schema))?;
    Ok(Exit::Complete)
}

/// A row for each setting: name, default, what it does.
fn settings(defaults: &Value, schema: &Value) -> Vec<Vec<String>> {
    let mut rows = vec![["SETTING", "DEFAULT", "WHAT IT DOES"].map(str::to_owned).to_vec()];
    for (name, default) in defaults.as_object().into_iter().flatten() {
        let about = schema.pointer(&format!("/properties/{name}/description")).and_then(Value::as_str);
        let first_line = about.unwrap_or_default().replace('\n', " ");
        rows.push(vec![name.clone(), default.to_string(), first_line]);
    }
    rows
}

fn needs(needs: &[Need]) -> String {
    let words = needs.iter().filter_map(|need| serde_json::to_value(need).ok());
    let words: Vec<String> = words.filter_map(|word| word.as_str().map(|word| word.replace('_', " "))).collect();
    if words.is_empty() { "-".to_owned() } else { words.join(", ") }
}

fn built(tool: &Named<'_>) -> Result<Arc<dyn KgasTool>, Failure> {
    tool.build(json!({}))
        .map_err(|error| Failure::fatal(format!("tool {} has defaults it refuses: {error}", tool.id())))
}

fn about(tool: &Named<'_>, built: &dyn KgasTool) -> Result<Value, Failure> {
    let mut about = serde_json::to_value(built.metadata()).map_err(Failure::fatal)?;
    if let Some(about) = about.as_object_mut() {
        let [first, second] = match tool {
            Named::Registered(tool) => {
                [("crate", json!(tool.crate_name())), ("crate_version", json!(tool.crate_version()))]
            }
            Named::External(_, spec, _) => [("command", json!(spec.command)), ("folder", json!(spec.folder))],
        };
        about.extend([first, second].map(|(name, value)| (name.to_owned(), value)));
    }
    Ok(about)
}
