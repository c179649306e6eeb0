using System.Reflection;
using SingleDarts.Core.Theory;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Theory;

/// <summary>What all checks of theorems refuse, and large numbers that they take.</summary>
public class TheoryInputTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>Every parameter of a public member that may not be null.</summary>
    public static TheoryData<string, string> References()
    {
        var data = new TheoryData<string, string>();
        foreach (MethodBase member in Members())
            foreach (ParameterInfo parameter in member.GetParameters().Where(IsRequired))
                data.Add(Name(member), parameter.Name!);
        return data;
    }

    [Theory]
    [MemberData(nameof(References))]
    public void Null_is_refused_by_name(string member, string parameter)
    {
        using var scope = NewDisposeScope();
        MethodBase method = Members().Single(m => Name(m) == member);
        object?[] arguments = [.. method.GetParameters().Select(p => p.Name == parameter ? null : Valid(p))];
        object? target = method is ConstructorInfo || method.IsStatic ? null : new LinearEdge(zeros(2, 2, 2), zeros(2));
        Action call = () =>
        {
            try
            {
                _ = method is ConstructorInfo made ? made.Invoke(arguments) : method.Invoke(target, arguments);
            }
            catch (TargetInvocationException e)
            {
                throw e.InnerException!;
            }
        };
        call.Should().Throw<ArgumentNullException>().WithParameterName(parameter);
    }

    [Fact]
    public void A_distribution_may_have_zeros_and_no_negative_value()
    {
        AlphaGradient.Softmax(new[] { 1.0, 0 }, [3.0, 5.0]).Should().Equal(0, 0);
        FluentActions.Invoking(() => AlphaGradient.Softmax(new[] { 1.5, -0.5 }, [3.0, 5.0])).Should().Throw<ArgumentException>()
            .WithMessage("*sums to 1 with a minimum of -0.5*");
    }

    [Fact]
    public void A_sigmoid_may_be_at_its_ends()
    {
        AlphaGradient.Sigmoid(new[] { 0, 0.25, 1 }, [3.0, 8.0, 5.0]).Should().Equal(0, 1.5, 0);
        foreach (double bad in new[] { -0.01, 1.01 })
            FluentActions.Invoking(() => AlphaGradient.Sigmoid(new[] { bad }, [1.0])).Should().Throw<ArgumentException>()
                .WithParameterName("probabilities");
    }

    [Fact]
    public void A_pair_is_two_of_the_operations()
    {
        foreach (int bad in new[] { -1, 2 })
        {
            FluentActions.Invoking(() => new SoftmaxAmplification([0, 1], [1, 2], bad, 1)).Should()
                .Throw<ArgumentOutOfRangeException>().WithParameterName("better").WithMessage("*within 0 and 1*");
            FluentActions.Invoking(() => new SoftmaxAmplification([0, 1], [1, 2], 0, bad)).Should()
                .Throw<ArgumentOutOfRangeException>().WithParameterName("worse");
        }
    }

    [Fact]
    public void Numbers_that_are_not_usable_are_refused_by_name()
    {
        double[][] outputs = [[0, 1], [1, 0]];
        FluentActions.Invoking(() => new InformationGainOrdering(outputs, [0.5, 0.5], 0, 0, 1, tolerance: 0)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName("tolerance");
        FluentActions.Invoking(() => new CollapseTime([0], [1], 0.1, 0.1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("alpha");
        FluentActions.Invoking(() => CollapseTime.Trajectory([0], [1], 0.1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("alpha");
        FluentActions.Invoking(() => CollapseTime.Trajectory([0, 0], [0, 1], 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("learningRate");
        FluentActions.Invoking(() => SoftmaxAmplification.Draw(1, new Random(0))).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("operations");
        using var scope = NewDisposeScope();
        Tensor x = zeros(3, 2), delta = zeros(3, 2);
        var edge = new LinearEdge(zeros(2, 2, 2), zeros(2));
        FluentActions.Invoking(() => edge.TrainingTerm(x, delta, x, delta, 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("learningRate");
        FluentActions.Invoking(() => edge.TrainingStep(x, delta, -1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("learningRate");
    }

    [Fact]
    public void Shapes_and_dtypes_that_do_not_fit_are_refused_one_by_one()
    {
        using var scope = NewDisposeScope();
        Tensor w = zeros(2, 3, 4), alpha = zeros(2), x = zeros(5, 4), delta = zeros(5, 3), labels = zeros(5, dtype: ScalarType.Int64);
        var edge = new LinearEdge(w, alpha);
        edge.Mixture(x[..1]).shape.Should().Equal(1, 3);
        LinearEdge.CrossEntropyDelta(delta[..0], labels[..0]).shape.Should().Equal(0, 3);
        Action[] refused =
        [
            () => _ = new LinearEdge(zeros(2, 3), alpha), () => _ = new LinearEdge(w, zeros(2, 1)),
            () => _ = new LinearEdge(w, zeros(3)), () => _ = new LinearEdge(w, zeros(2, dtype: ScalarType.Float64)),
            () => edge.Mixture(zeros(4)), () => edge.Mixture(zeros(0, 4)), () => edge.Mixture(zeros(5, 3)),
            () => edge.Mixture(zeros(5, 4, dtype: ScalarType.Float64)),
            () => edge.WeightGradient(x, zeros(5)), () => edge.WeightGradient(x, zeros(4, 3)),
            () => edge.WeightGradient(x, zeros(5, 4)), () => edge.WeightGradient(x, zeros(5, 3, dtype: ScalarType.Float64)),
            () => edge.WeightGradient(zeros(5), delta),
            () => LinearEdge.CrossEntropyDelta(zeros(5), labels),
            () => LinearEdge.CrossEntropyDelta(delta, zeros(5, 1, dtype: ScalarType.Int64)),
            () => LinearEdge.CrossEntropyDelta(delta, labels[..4]), () => LinearEdge.CrossEntropyDelta(delta, zeros(5)),
            () => OuterProductCorrelation.OuterSum(zeros(5), x), () => OuterProductCorrelation.OuterSum(delta, zeros(5)),
            () => OuterProductCorrelation.OuterSum(delta, x[..4]),
            () => AlphaGradient.Softmax(w, alpha), () => AlphaGradient.Sigmoid(w, alpha),
        ];
        for (int i = 0; i < refused.Length; i++)
            refused[i].Should().Throw<ArgumentException>($"call {i}").WithMessage("*[*]*");
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(0, 3)]
    public void Labels_outside_the_classes_are_refused_with_their_range(long smallest, long largest)
    {
        using var scope = NewDisposeScope();
        FluentActions.Invoking(() => LinearEdge.CrossEntropyDelta(zeros(3, 3), tensor([1, smallest, largest]))).Should()
            .Throw<ArgumentException>().WithMessage($"*from {smallest} to {largest}, expected within 0 and 2*");
    }

    [Fact]
    public void Large_alpha_and_logits_do_not_overflow()
    {
        var certain = new CollapseTime([1000, 0], [0, 1], 0.1, 0.1);
        (certain.Start, certain.Iterations, certain.Corrected.Right).Should().Be((1, 0, 0));
        CollapseTime.Trajectory([1000, 990], [0, 1], 0.1).First().Should()
            .BeApproximately(Math.Exp(-10) / (1 + Math.Exp(-10)), 1e-15);
        CollapseTime.Trajectory([1000, 0], [1, 0], 0.1).First().Should().Be(1);
        new InformationGainOrdering([[1000, 0], [0, 1]], [0.5, 0.5], 1, 0, 1).CrossEntropies[0].Should().Be(1000);
        var x = new InformationGainOrdering([[1000, 990], [990, 1000]], [0.5, 0.5], 0, 0, 1);
        x.CrossEntropies[0].Should().BeApproximately(Math.Log(1 + Math.Exp(-10)), 1e-12);
        x.CrossEntropies[1].Should().BeApproximately(10 + Math.Log(1 + Math.Exp(-10)), 1e-12);
    }

    private static IEnumerable<MethodBase> Members() => new[]
    {
        typeof(AlphaGradient), typeof(CollapseBound), typeof(CollapseTime), typeof(InformationGainOrdering), typeof(LinearEdge),
        typeof(OuterProductCorrelation), typeof(SoftmaxAmplification),
    }.SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .OfType<MethodBase>();

    private static string Name(MethodBase member) => $"{member.DeclaringType!.Name}: {member}";

    private static bool IsRequired(ParameterInfo parameter) =>
        !parameter.ParameterType.IsValueType && Nullability.Create(parameter).WriteState == NullabilityState.NotNull;

    private static object? Valid(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        return type == typeof(Tensor) ? zeros(2, 2)
            : type == typeof(int) ? (parameter.Name == "worse" ? 1 : parameter.Name is "better" or "label" ? 0 : 3)
            : type == typeof(double) ? 0.1
            : type == typeof(Random) ? new Random(1)
            : type == typeof(double[]) || type == typeof(IReadOnlyList<double>) ? new[] { 0.5, 0.5 }
            : type == typeof(IReadOnlyList<double[]>) ? new double[][] { [0, 1], [1, 0] }
            : parameter.HasDefaultValue ? parameter.DefaultValue : throw new NotSupportedException(type.Name);
    }
}
