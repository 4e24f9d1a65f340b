//! A tool whose calls are surveyed: each is known to be of this tool, about this document.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use kgas_core::{GraphFragment, KgasTool, ToolContext, ToolError, ToolInput, ToolMetadata, ToolResult};

use super::survey::{Done, Place, Survey};

/// Documents with all their answers that each tool is run on twice, to learn what answers add to what is asked.
const COMPARED: usize = 200;

/// Stands for a tool in a survey.
#[derive(Debug)]
pub struct SurveyedTool {
    inner: Arc<dyn KgasTool>,
    survey: Survey,
    compared: AtomicUsize,
}

impl SurveyedTool {
    /// Stands for this tool, whose models ask through the survey.
    #[must_use]
    pub fn new(inner: Arc<dyn KgasTool>, survey: Survey) -> Self {
        Self { inner, survey, compared: AtomicUsize::new(0) }
    }

    async fn run(
        &self,
        context: &ToolContext,
        input: ToolInput,
        is_blank: bool,
    ) -> (Result<ToolResult, ToolError>, Done) {
        let tool = self.inner.metadata().id.clone();
        let document = input.document.id().to_owned();
        let place = Arc::new(Place { tool, document, is_blank, done: Mutex::default() });
        let result = Survey::on_behalf(Arc::clone(&place), self.inner.execute(context, input)).await;
        let done = *place.done.lock().unwrap_or_else(PoisonError::into_inner);
        (result, done)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl KgasTool for SurveyedTool {
    fn metadata(&self) -> &ToolMetadata {
        self.inner.metadata()
    }

    fn validate(&self, input: &ToolInput) -> Result<(), ToolError> {
        self.inner.validate(input)
    }

    async fn execute(&self, context: &ToolContext, input: ToolInput) -> Result<ToolResult, ToolError> {
        // As it would be if nothing were known of the document.
        let bare = input.clone().with_graph(Arc::new(GraphFragment::default()));
        let (result, told) = self.run(context, input, false).await;
        let id = &self.metadata().id;
        self.survey.counts().finish(id, told.all.count().saturating_sub(told.held));
        let has_all = told.held > 0 && told.held == told.all.count();
        if has_all && self.compared.fetch_add(1, Ordering::Relaxed) < COMPARED {
            let (_, blank) = self.run(context, bare, true).await;
            self.survey.counts().compare(id, &told.all, &blank.all);
        }
        result
    }
}
