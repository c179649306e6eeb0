namespace SingleDarts.Core.Diagnostics;

/// <summary>How near one edge is to collapse, over the candidates that it allows. Times are numbers of steps since the start of the
/// search.</summary>
/// <param name="Edge">The edge, for example <c>3&lt;-2</c>.</param>
/// <param name="Leader">Operation of the largest p.</param>
/// <param name="NonLearnableLeads">Whether a non-learnable operation has a larger p than every learnable one.</param>
/// <param name="Entropy">Of p divided by its sum, in nats: 0 if one operation has all, ln n if all n are equal.</param>
/// <param name="OvertakenAfter">The first measured time at which a non-learnable operation led; null if none has.</param>
/// <param name="LedSince">Since when a non-learnable operation leads without a break; null if none leads.</param>
/// <param name="Favoured">Operation of the smallest ∂L/∂p, i* of Theorem 4.3; from the epoch's mean.</param>
/// <param name="Margin">δ of Theorem 4.3: the second smallest ∂L/∂p less the smallest, at least 0; 0 if there is one candidate.</param>
/// <param name="PredictedAfter">
/// By when p of i* exceeds 1 − ε by the corrected Theorem 4.3 if the margin stays as it is; null if the theorem says nothing: the
/// relaxation is not softmax, the margin or the learning rate is 0, or i* does not have the largest α.
/// </param>
/// <param name="CollapsedAfter">The first measured time at which some p of the edge exceeded 1 − ε; null if none has.</param>
public sealed record EdgeIndicators(
    string Edge, string Leader, bool NonLearnableLeads, double Entropy, long? OvertakenAfter, long? LedSince, string Favoured,
    double Margin, double? PredictedAfter, long? CollapsedAfter);
