using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// The arithmetic of merged cells as TorchScript: one call from .NET for many operators, among them some that TorchSharp lacks. The
/// script is constant, because an error in one ends the process.
/// </summary>
internal static class MergedKernels
{
    private static readonly TorchScript Script = new("""
        def merge(weights: List[Tensor], like: Tensor) -> Tensor:
            weight = weights[0] if len(weights) == 1 else torch.cat(weights)
            return weight if weight.dtype == like.dtype else weight.to(like.dtype)

        def statistics(y: Tensor) -> Tuple[Tensor, Tensor]:
            if y.dtype == 15:  # bfloat16
                # Running statistics of float32 (6), which are thrown away, make the results float32.
                unused = torch.zeros([y.size(1)], dtype=6, device=y.device)
                return torch.batch_norm_update_stats(y, unused, unused.clone(), 0.0)
            return torch.batch_norm_update_stats(y, None, None, 0.0)

        def convolve(active: Tensor, weights: List[Tensor], stride: int, paddings: Tensor, epsilon: float) -> List[Tensor]:
            padding: List[int] = paddings.tolist()
            m = len(weights) // len(padding)
            result: List[Tensor] = []
            means: List[Tensor] = []
            variances: List[Tensor] = []
            for g in range(len(padding)):
                y = torch.conv2d(active, merge(weights[g * m:(g + 1) * m], active), None, [stride, stride], [padding[g], padding[g]])
                mean, variance = statistics(y)
                result.append(y)
                means.append(mean)
                variances.append(variance)
            return [torch.stack(means), torch.stack(variances).add_(epsilon).rsqrt_()] + result

        def normalized_sum(values: List[Tensor], means: Tensor, deviations: Tensor, q: Tensor, first: int, m: int) -> Tensor:
            groups = len(values)
            p = q.narrow(0, first, groups * m).view([groups, m, 1])
            scales = (deviations.view([groups, m, -1]) * p).view([groups, -1, 1, 1])
            shift = (means.view_as(scales) * scales).sum(0).neg_()
            scale = scales.unbind()
            total = torch.addcmul(shift, values[0], scale[0])
            for g in range(1, groups):
                total.addcmul_(values[g], scale[g])
            return total

        def spread(sums: List[Tensor], sum_plan: Tensor, linear: List[Tensor], linear_plan: Tensor, q: Tensor, first: int, channels: int, targets: int) -> List[Tensor]:
            slices: List[int] = sum_plan.tolist()
            terms: List[int] = linear_plan.tolist()
            p = q.unbind()
            result: List[Tensor] = []
            for t in range(targets):
                parts: List[Tensor] = []
                for i in range(len(slices) // 3):
                    if slices[3 * i] == t:
                        part = sums[slices[3 * i + 1]]
                        if part.size(1) > channels:
                            part = part.narrow(1, slices[3 * i + 2] * channels, channels)
                        parts.append(part)
                total = q
                begun = False
                for i in range(len(terms) // 2):
                    if terms[2 * i] == t:
                        value = linear[terms[2 * i + 1]]
                        if begun:
                            total.addcmul_(value, p[first + i])
                        elif len(parts) > 0:
                            total = torch.addcmul(parts.pop(0), value, p[first + i])
                        else:
                            total = value * p[first + i]
                        begun = True
                for part in parts:
                    total = total.add_(part) if begun else part.contiguous(memory_format=2)
                    begun = True
                result.append(total)
            return result

        def convolutions_backward(gradients: List[Tensor], active: Tensor, weights: List[Tensor], values: List[Tensor], means: Tensor, deviations: Tensor, q: Tensor, first: int, stride: int, paddings: Tensor, epsilon: float, of_weights: bool) -> List[Tensor]:
            padding: List[int] = paddings.tolist()
            (groups, m, channels) = (len(values), len(gradients), gradients[0].size(1))
            if m == 1:
                side = gradients[0].to(active.dtype).contiguous(memory_format=2)
            else:
                shape = [gradients[0].size(0), m * channels, gradients[0].size(2), gradients[0].size(3)]
                side = torch.empty(shape, dtype=active.dtype, device=active.device, memory_format=2)
                for part, gradient in zip(side.split(channels, 1), gradients):
                    part.copy_(gradient)
            scale = q.narrow(0, first, groups * m).view([groups, m, 1]).expand([groups, m, channels]).contiguous().view([groups, -1]).unbind()
            (mean, deviation) = (means.unbind(), deviations.unbind())
            shares: List[Tensor] = []
            result: List[Tensor] = []
            back = active
            for g in range(groups):
                weight = merge(weights[g * m:(g + 1) * m], active)
                y = values[g]
                if y.numel() == 0:
                    y = torch.conv2d(active, weight, None, [stride, stride], [padding[g], padding[g]])
                gy, gs, none = torch.native_batch_norm_backward(side, y, scale[g], None, None, mean[g], deviation[g], True, epsilon, [True, True, False])
                shares.append(gs)
                ga, gw, nothing = torch.convolution_backward(gy, active, weight, None, [stride, stride], [padding[g], padding[g]], [1, 1], False, [0, 0], 1, [True, of_weights, False])
                back = ga if g == 0 else back.add_(ga)
                if of_weights:
                    if gw.dtype != weights[0].dtype:
                        gw = gw.to(weights[0].dtype)
                    result += gw.split(gw.size(0) // m)
            return [back, torch.stack(shares).view([groups * m, channels]).sum(1)] + result

        def flat(x: Tensor) -> Tensor:
            return x.permute([0, 2, 3, 1]).reshape([-1]) if x.dim() == 4 else x.reshape([-1])

        def linear_backward(gradients: List[Tensor], linear: List[Tensor], plan: Tensor, q: Tensor, first: int, into: List[Tensor], identity: int) -> List[Tensor]:
            terms: List[int] = plan.tolist()
            p = q.unbind()
            result: List[Tensor] = []
            for v in range(len(linear)):
                begun = v == identity and len(into) > 0
                back = into[0] if begun else q
                for i in range(len(terms) // 2):
                    if terms[2 * i + 1] == v:
                        gradient = gradients[terms[2 * i]]
                        back = back.addcmul_(gradient, p[first + i]) if begun else gradient * p[first + i]
                        begun = True
                result.append(back)
            shares: List[Tensor] = []
            flat_gradients = [flat(g) for g in gradients]
            flat_values = [flat(v) for v in linear]
            for i in range(len(terms) // 2):
                shares.append(torch.dot(flat_gradients[terms[2 * i]], flat_values[terms[2 * i + 1]]))
            return [torch.stack(shares)] + result

        def relu_backward_(g: Tensor, x: Tensor) -> Tensor:
            return torch.threshold_backward(g, x, 0, grad_input=g)

        def gather(p: Tensor, places: Tensor) -> Tensor:
            return p.reshape([-1]).gather(0, places)

        def scatter(shares: List[Tensor], places: Tensor, p: Tensor) -> Tensor:
            return torch.zeros([p.numel()], dtype=p.dtype, device=p.device).index_copy_(0, places, torch.cat(shares).to(p.dtype)).view_as(p)

        """);

    /// <summary>y = W * relu(x) for groups of candidates side by side, with the statistics of each channel.</summary>
    /// <param name="active">relu(x), [N, C, H, W].</param>
    /// <param name="weights">Of the candidates, group after group, each [C', C, k, k].</param>
    /// <param name="stride">Spatial stride.</param>
    /// <param name="paddings">Zero padding on each side, for each group.</param>
    /// <param name="epsilon">ε.</param>
    public static NormalizedBranches Convolve(Tensor active, Tensor[] weights, int stride, Tensor paddings, TorchSharp.Scalar epsilon)
    {
        var all = (Tensor[])Script.Call("convolve", active, weights, stride, paddings, epsilon);
        return new NormalizedBranches(all[2..], all[0], all[1]);
    }

    /// <summary>Σ_g p_g (y_g − μ_g) / σ_g over groups of candidates side by side, [N, m·C, H, W].</summary>
    /// <param name="branches">y, μ and 1/σ.</param>
    /// <param name="q">Operation weights of all merged candidates.</param>
    /// <param name="first">Where those of the groups begin in <paramref name="q"/>.</param>
    /// <param name="m">Candidates of a group.</param>
    public static Tensor NormalizedSum(NormalizedBranches branches, Tensor q, int first, int m) => (Tensor)Script.Call(
        "normalized_sum", branches.Values, branches.Means, branches.InverseDeviations, q, first, m);

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
        (Tensor[])Script.Call("spread", sums, sumPlan, linear, linearPlan, q, first, channels, targets);

    /// <summary>Gradients of a block in relu(x), in p and, if they are asked for, in the candidates' weights, in this order.</summary>
    /// <param name="gradients">Of the targets, one for each candidate of a group.</param>
    /// <param name="active">relu(x).</param>
    /// <param name="weights">Of the candidates, group after group.</param>
    /// <param name="branches">What <see cref="Convolve"/> gave.</param>
    /// <param name="q">Operation weights of all merged candidates.</param>
    /// <param name="first">Where those of the block begin in <paramref name="q"/>.</param>
    /// <param name="stride">Spatial stride.</param>
    /// <param name="paddings">Zero padding of each group.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="ofWeights">Whether the gradients of the weights are asked for.</param>
    public static Tensor[] ConvolutionsBackward(
        Tensor[] gradients, Tensor active, Tensor[] weights, NormalizedBranches branches, Tensor q, int first, int stride,
        Tensor paddings, TorchSharp.Scalar epsilon, bool ofWeights) => (Tensor[])Script.Call(
        "convolutions_backward", gradients, active, weights, branches.Values, branches.Means, branches.InverseDeviations, q, first, stride,
        paddings, epsilon, ofWeights);

    /// <summary>Gradients of the linear terms in p and in the value of each linear map, in this order.</summary>
    /// <param name="gradients">Of the targets.</param>
    /// <param name="linear">Values of the linear maps.</param>
    /// <param name="plan">Pairs (target, linear map).</param>
    /// <param name="q">Operation weights of all merged candidates.</param>
    /// <param name="first">Where those of the linear terms begin in <paramref name="q"/>.</param>
    /// <param name="into">Gradient that the identity's is added to in place, if there is one.</param>
    /// <param name="identity">Which map is the identity; −1 for none.</param>
    public static Tensor[] LinearBackward(
        Tensor[] gradients, Tensor[] linear, Tensor plan, Tensor q, int first, Tensor? into, int identity) => (Tensor[])Script.Call(
        "linear_backward", gradients, linear, plan, q, first, into is null ? [] : new[] { into }, identity);

    /// <summary>Sets a gradient to zero in place where the input of the ReLU was not positive.</summary>
    /// <param name="gradient">Of relu(x); changed.</param>
    /// <param name="x">Input or output of the ReLU.</param>
    public static Tensor ReluBackward_(Tensor gradient, Tensor x) => (Tensor)Script.Call("relu_backward_", gradient, x);

    /// <summary>The values of p at flat places.</summary>
    /// <param name="p">Operation weights, [edges, operations].</param>
    /// <param name="places">Indices into the flattened p.</param>
    public static Tensor Gather(Tensor p, Tensor places) => (Tensor)Script.Call("gather", p, places);

    /// <summary>A tensor of p's shape with values at flat places and zeros elsewhere.</summary>
    /// <param name="shares">The values, in several tensors.</param>
    /// <param name="places">Indices into the flattened p, each at most once.</param>
    /// <param name="p">Operation weights, [edges, operations].</param>
    public static Tensor Scatter(Tensor[] shares, Tensor places, Tensor p) => (Tensor)Script.Call("scatter", shares, places, p);

}
