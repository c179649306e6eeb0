using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// The arithmetic of merged cells as TorchScript: one call from .NET for many operators, among them some that TorchSharp lacks. The
/// script is constant, because an error in one ends the process.
/// </summary>
internal static class MergedKernels
{
    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile("""
        def convolve(active: Tensor, weights: List[Tensor], stride: int, padding: int, epsilon: float) -> Tuple[Tensor, Tensor, Tensor]:
            y = torch.conv2d(active, torch.cat(weights).to(active.dtype), None, [stride, stride], [padding, padding])
            mean, variance = torch.batch_norm_update_stats(y, None, None, 0.0)
            return y, mean, (variance + epsilon).rsqrt_()

        def block_weights(q: Tensor, first: int, groups: int, m: int) -> Tensor:
            return q.narrow(0, first, groups * m).view([groups, m])

        def normalized_sum(values: List[Tensor], means: List[Tensor], deviations: List[Tensor], q: Tensor, first: int, m: int) -> Tensor:
            p = block_weights(q, first, len(values), m)
            scales: List[Tensor] = []
            shift = torch.zeros_like(means[0])
            for g in range(len(values)):
                scale = (deviations[g].view([p.size(1), -1]) * p[g].unsqueeze(1)).view([-1])
                shift.addcmul_(means[g], scale, value=-1)
                scales.append(scale.view([-1, 1, 1]))
            total = torch.addcmul(shift.view([-1, 1, 1]), values[0], scales[0])
            for g in range(1, len(values)):
                total.addcmul_(values[g], scales[g])
            return total

        def spread(sums: List[Tensor], sum_plan: Tensor, linear: List[Tensor], linear_plan: Tensor, q: Tensor, first: int, channels: int, targets: int) -> List[Tensor]:
            slices: List[int] = sum_plan.tolist()
            terms: List[int] = linear_plan.tolist()
            result: List[Tensor] = []
            for t in range(targets):
                parts: List[Tensor] = []
                for i in range(len(slices) // 3):
                    if slices[3 * i] == t:
                        part = sums[slices[3 * i + 1]]
                        if part.size(1) > channels:
                            part = part.narrow(1, slices[3 * i + 2] * channels, channels)
                        parts.append(part)
                total = torch.empty(0)
                begun = False
                for i in range(len(terms) // 2):
                    if terms[2 * i] == t:
                        value = linear[terms[2 * i + 1]]
                        if begun:
                            total.addcmul_(value, q[first + i])
                        elif len(parts) > 0:
                            total = torch.addcmul(parts.pop(0), value, q[first + i])
                        else:
                            total = value * q[first + i]
                        begun = True
                for part in parts:
                    if begun:
                        total.add_(part)
                    else:
                        total = part.contiguous(memory_format=2)
                    begun = True
                result.append(total)
            return result

        def convolutions_backward(gradients: List[Tensor], active: Tensor, weights: List[Tensor], values: List[Tensor], means: List[Tensor], deviations: List[Tensor], q: Tensor, first: int, stride: int, paddings: Tensor, epsilon: float) -> List[Tensor]:
            m = len(gradients)
            p = block_weights(q, first, len(values), m)
            channels = gradients[0].size(1)
            padding: List[int] = paddings.tolist()
            if m == 1:
                side = gradients[0].to(values[0].dtype).contiguous(memory_format=2)
            else:
                side = torch.empty_like(values[0])
                for i in range(m):
                    side.narrow(1, i * channels, channels).copy_(gradients[i])
            shares: List[Tensor] = []
            result: List[Tensor] = []
            back = torch.empty(0)
            for g in range(len(values)):
                scale = p[g].unsqueeze(1).expand([m, channels]).reshape([-1]).contiguous()
                gy, gs, none = torch.native_batch_norm_backward(side, values[g], scale, None, None, means[g], deviations[g], True, epsilon, [True, True, False])
                shares.append(gs.view([m, channels]).sum(1))
                weight = torch.cat(weights[g * m:(g + 1) * m]).to(active.dtype)
                ga, gw, nothing = torch.convolution_backward(gy, active, weight, None, [stride, stride], [padding[g], padding[g]], [1, 1], False, [0, 0], 1, [True, True, False])
                back = ga if g == 0 else back.add_(ga)
                gw = gw.to(weights[0].dtype)
                each = gw.size(0) // m
                for i in range(m):
                    result.append(gw.narrow(0, i * each, each))
            return [back, torch.cat(shares)] + result

        def flat(x: Tensor) -> Tensor:
            if x.dim() == 4:
                x = x.permute([0, 2, 3, 1])
            return x.reshape([-1])

        def linear_backward(gradients: List[Tensor], linear: List[Tensor], plan: Tensor, q: Tensor, first: int, into: List[Tensor], identity: int) -> List[Tensor]:
            terms: List[int] = plan.tolist()
            shares: List[Tensor] = []
            result: List[Tensor] = []
            for v in range(len(linear)):
                begun = v == identity and len(into) > 0
                back = into[0] if begun else q
                for i in range(len(terms) // 2):
                    if terms[2 * i + 1] == v:
                        gradient = gradients[terms[2 * i]]
                        back = back.addcmul_(gradient, q[first + i]) if begun else gradient * q[first + i]
                        begun = True
                result.append(back)
            for i in range(len(terms) // 2):
                shares.append(torch.dot(flat(gradients[terms[2 * i]]), flat(linear[terms[2 * i + 1]])))
            return [torch.stack(shares)] + result

        def relu_backward_(g: Tensor, active: Tensor) -> Tensor:
            return torch.threshold_backward(g, active, 0, grad_input=g)

        def gather(p: Tensor, places: Tensor) -> Tensor:
            return p.reshape([-1]).index_select(0, places)

        def scatter(shares: List[Tensor], places: Tensor, p: Tensor) -> Tensor:
            return torch.zeros([p.numel()], dtype=p.dtype, device=p.device).index_copy_(0, places, torch.cat(shares).to(p.dtype)).view_as(p)

        """));

    /// <summary>y = W * relu(x) for candidates side by side, with the mean and 1 / √(variance + ε) of each channel.</summary>
    /// <param name="active">relu(x), [N, C, H, W].</param>
    /// <param name="weights">Of the m candidates, [C', C, k, k].</param>
    /// <param name="stride">Spatial stride.</param>
    /// <param name="padding">Zero padding on each side.</param>
    /// <param name="epsilon">ε.</param>
    public static NormalizedBranch Convolve(Tensor active, Tensor[] weights, int stride, int padding, double epsilon)
    {
        var (values, mean, deviation) = ((Tensor, Tensor, Tensor))Call("convolve", active, weights, stride, padding, epsilon);
        return new NormalizedBranch(values, mean, deviation);
    }

    /// <summary>Σ_g p_g (y_g − μ_g) / σ_g over groups of candidates side by side, [N, m·C, H, W].</summary>
    /// <param name="branches">y, μ and 1/σ of each group.</param>
    /// <param name="q">Operation weights of all merged candidates.</param>
    /// <param name="first">Where those of the groups begin in <paramref name="q"/>.</param>
    /// <param name="m">Candidates of a group.</param>
    public static Tensor NormalizedSum(NormalizedBranch[] branches, Tensor q, int first, int m) => (Tensor)Call(
        "normalized_sum", Values(branches), Means(branches), Deviations(branches), q, first, m);

    /// <summary>The sums of the targets: their parts of the blocks and the linear terms, one contiguous tensor for each target.</summary>
    /// <param name="sums">Of <see cref="NormalizedSum"/>.</param>
    /// <param name="sumPlan">Triples (target, block, position in the block).</param>
    /// <param name="linear">Values of the linear maps.</param>
    /// <param name="linearPlan">Pairs (target, linear map).</param>
    /// <param name="q">Operation weights of all merged candidates.</param>
    /// <param name="first">Where those of the linear terms begin in <paramref name="q"/>.</param>
    /// <param name="channels">C of a target.</param>
    /// <param name="targets">Number of targets.</param>
    public static Tensor[] Spread(
        Tensor[] sums, Tensor sumPlan, Tensor[] linear, Tensor linearPlan, Tensor q, int first, int channels, int targets) =>
        (Tensor[])Call("spread", sums, sumPlan, linear, linearPlan, q, first, channels, targets);

    /// <summary>Gradients of a block in relu(x), in p and in the candidates' weights, in this order.</summary>
    /// <param name="gradients">Of the targets, one for each candidate of a group.</param>
    /// <param name="active">relu(x).</param>
    /// <param name="weights">Of the candidates, group after group.</param>
    /// <param name="branches">What <see cref="Convolve"/> gave.</param>
    /// <param name="q">Operation weights of all merged candidates.</param>
    /// <param name="first">Where those of the block begin in <paramref name="q"/>.</param>
    /// <param name="stride">Spatial stride.</param>
    /// <param name="paddings">Zero padding of each group.</param>
    /// <param name="epsilon">ε.</param>
    public static Tensor[] ConvolutionsBackward(
        Tensor[] gradients, Tensor active, Tensor[] weights, NormalizedBranch[] branches, Tensor q, int first, int stride,
        Tensor paddings, double epsilon) => (Tensor[])Call(
        "convolutions_backward", gradients, active, weights, Values(branches), Means(branches), Deviations(branches), q, first, stride,
        paddings, epsilon);

    /// <summary>Gradients of the linear terms in p and in the value of each linear map, in this order.</summary>
    /// <param name="gradients">Of the targets.</param>
    /// <param name="linear">Values of the linear maps.</param>
    /// <param name="plan">Pairs (target, linear map).</param>
    /// <param name="q">Operation weights of all merged candidates.</param>
    /// <param name="first">Where those of the linear terms begin in <paramref name="q"/>.</param>
    /// <param name="into">Gradient that the identity's is added to in place, if there is one.</param>
    /// <param name="identity">Which map is the identity; −1 for none.</param>
    public static Tensor[] LinearBackward(
        Tensor[] gradients, Tensor[] linear, Tensor plan, Tensor q, int first, Tensor? into, int identity) => (Tensor[])Call(
        "linear_backward", gradients, linear, plan, q, first, into is null ? [] : new[] { into }, identity);

    /// <summary>Sets a gradient to zero in place where the input of the ReLU was not positive.</summary>
    /// <param name="gradient">Of relu(x); changed.</param>
    /// <param name="active">Input or output of the ReLU.</param>
    public static Tensor ReluBackward_(Tensor gradient, Tensor active) => (Tensor)Call("relu_backward_", gradient, active);

    /// <summary>The values of p at flat places.</summary>
    /// <param name="p">Operation weights, [edges, operations].</param>
    /// <param name="places">Indices into the flattened p.</param>
    public static Tensor Gather(Tensor p, Tensor places) => (Tensor)Call("gather", p, places);

    /// <summary>A tensor of p's shape with values at flat places and zeros elsewhere.</summary>
    /// <param name="shares">The values, in several tensors.</param>
    /// <param name="places">Indices into the flattened p, each at most once.</param>
    /// <param name="p">Operation weights, [edges, operations].</param>
    public static Tensor Scatter(Tensor[] shares, Tensor places, Tensor p) => (Tensor)Call("scatter", shares, places, p);

    private static Tensor[] Values(NormalizedBranch[] branches) => [.. branches.Select(branch => branch.Values)];

    private static Tensor[] Means(NormalizedBranch[] branches) => [.. branches.Select(branch => branch.Mean)];

    private static Tensor[] Deviations(NormalizedBranch[] branches) => [.. branches.Select(branch => branch.InverseDeviation)];

    private static object Call(string name, params object[] arguments) => Script.Value.invoke(name, arguments);
}
