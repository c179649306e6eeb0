namespace SingleDarts.Core.Schemes;

/// <summary>How a batch for the architecture parameters is drawn. No batch holds a sample of the weights' batch of the same step.</summary>
public enum ArchitectureSampling
{
    /// <summary>Each sample uniformly and independently, as the search loader of NAS-Bench-201 does.</summary>
    WithReplacement,

    /// <summary>Distinct samples, as the first batch of a fresh shuffle (DARTS).</summary>
    WithoutReplacement,

    /// <summary>Not at all: α's samples are for evaluation alone (<see cref="StepContext.EvaluationBatch"/>), and the weights' batch stands
    /// for α's.</summary>
    None,
}
