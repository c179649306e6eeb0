namespace SingleDarts.Core.Schemes;

/// <summary>How far apart the logits of two networks are that teach each other (<see cref="CdartsScheme"/>).</summary>
public enum DistillationDistance
{
    /// <summary>Smooth L1 with β = 1 of the logits themselves, without temperature: d² / 2 for |d| &lt; 1, else |d| − 1/2; the mean over
    /// all numbers. NAS-Bench-201 and CIFAR.</summary>
    SmoothL1,

    /// <summary>KL(softmax(evaluation / T) ‖ softmax(search / T)), the sum over the classes divided by all numbers. ImageNet.</summary>
    KullbackLeibler,
}
