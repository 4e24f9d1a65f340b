//! `kgas tools`: which tools there are, and what can be set.

use kgas_core::{KgasTool, ToolRegistration};
use serde_json::{Value, json};

use crate::Exit;
use crate::args::ToolsCommand;
use crate::failure::Failure;
use crate::settings::registry;
use crate::show::Show;

pub(crate) fn main(command: &ToolsCommand, show: Show) -> Result<Exit, Failure> {
    match command {
        ToolsCommand::List { json } => list(*json, show),
        ToolsCommand::Show { id, json } => one(id, *json, show),
    }
}

fn list(as_json: bool, show: Show) -> Result<Exit, Failure> {
    let registry = registry()?;
    let tools = registry.iter().map(|tool| Ok((tool, built(tool)?))).collect::<Result<Vec<_>, Failure>>()?;
    if tools.is_empty() {
        return Err(Failure::fatal("this binary has no tools: link their crates with `use that_crate as _;`"));
    }
    if as_json {
        let all = tools.iter().map(|(tool, built)| about(tool, &**built)).collect::<Result<Vec<_>, _>>()?;
        show.json(&all)?;
        return Ok(Exit::Complete);
    }
    let mut rows = vec![["ID", "CATEGORY", "NEEDS", "CRATE", "DESCRIPTION"].map(str::to_owned).to_vec()];
    for (tool, built) in &tools {
        let metadata = built.metadata();
        let crate_and_version = format!("{} {}", tool.crate_name(), tool.crate_version());
        let (id, category, description) = (&metadata.id, &metadata.category, &metadata.description);
        rows.push(vec![id.clone(), category.clone(), needs(&**built), crate_and_version, description.clone()]);
    }
    show.table(&rows)?;
    Ok(Exit::Complete)
}

fn one(id: &str, as_json: bool, show: Show) -> Result<Exit, Failure> {
    let registry = registry()?;
    let tool = registry.find(id).map_err(Failure::usage)?;
    let built = built(tool)?;
    let schema = serde_json::to_value(tool.config_schema()).map_err(Failure::fatal)?;
    if as_json {
        let mut all = about(tool, &*built)?;
        if let Some(all) = all.as_object_mut() {
            all.insert("defaults".to_owned(), tool.defaults());
            all.insert("config_schema".to_owned(), schema);
            all.insert("result_schema".to_owned(), json!(tool.result_schema()));
        }
        show.json(&all)?;
        return Ok(Exit::Complete);
    }
    let metadata = built.metadata();
    show.result(&format!("{}  {}", metadata.id, metadata.name))?;
    show.result(&metadata.description)?;
    show.table(&[
        vec!["category".to_owned(), metadata.category.clone()],
        vec!["tags".to_owned(), metadata.tags.join(", ")],
        vec!["needs".to_owned(), needs(&*built)],
        vec!["crate".to_owned(), format!("{} {}", tool.crate_name(), tool.crate_version())],
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

fn needs(tool: &dyn KgasTool) -> String {
    let words = tool.metadata().needs.iter().filter_map(|need| serde_json::to_value(need).ok());
    let words: Vec<String> = words.filter_map(|word| word.as_str().map(|word| word.replace('_', " "))).collect();
    if words.is_empty() { "-".to_owned() } else { words.join(", ") }
}

fn built(tool: &ToolRegistration) -> Result<Box<dyn KgasTool>, Failure> {
    tool.build(Value::Null)
        .map_err(|error| Failure::fatal(format!("tool {} has defaults it refuses: {error}", tool.id())))
}

fn about(tool: &ToolRegistration, built: &dyn KgasTool) -> Result<Value, Failure> {
    let mut about = serde_json::to_value(built.metadata()).map_err(Failure::fatal)?;
    if let Some(about) = about.as_object_mut() {
        about.insert("crate".to_owned(), json!(tool.crate_name()));
        about.insert("crate_version".to_owned(), json!(tool.crate_version()));
    }
    Ok(about)
}
