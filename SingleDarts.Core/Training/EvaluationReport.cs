namespace SingleDarts.Core.Training;

/// <summary>How good a network is on labelled samples.</summary>
/// <param name="Loss">Mean cross-entropy, without label smoothing.</param>
/// <param name="Top1">Share of samples whose largest logit is the label's, 0 to 1.</param>
/// <param name="TopK">Share of samples whose label's logit is among the <paramref name="K"/> largest, 0 to 1.</param>
/// <param name="K">Number of logits that count in <paramref name="TopK"/>: 5, or the number of classes if it is smaller.</param>
/// <param name="Samples">Number of samples.</param>
public sealed record EvaluationReport(double Loss, double Top1, double TopK, int K, long Samples);
