using System.Globalization;
using System.Text.Json.Nodes;
using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Schemes;

namespace SingleDarts.Core.Tests.Runs;

public class PartDescriptionTests
{
    [Fact]
    public void A_part_of_Core_is_its_type_and_its_public_properties() => Check(OptimizerSettings.Default.Adam(3e-4, 0.5, 0.999).WarmUp(2, of: 10).ClipGradientNorm(5), """
        {
          "type": "OptimizerSettings",
          "optimizer": { "type": "AdamOptions", "learningRate": 0.0003, "beta1": 0.5, "beta2": 0.999, "weightDecay": 0, "epsilon": 1E-08 },
          "schedule": { "type": "ConstantSchedule", "start": 0.0003 }, "warmUpShare": 0.2, "warmUpOverlaps": false,
          "maxGradientNorm": 5, "freezeShare": 0, "stepInterval": 1
        }
        """);

    [Fact]
    public void Enums_lists_and_nested_records_are_data() => Check(
        new object[] { new BiLevelScheme { TrainPortion = 0.25 }, ImageAugmentation.NormalizeOnly(new Normalization([0.5], [0.25])) }, """
        [
          {
            "type": "BiLevelScheme", "gradient": "FirstOrder", "order": "WeightsFirst", "trainPortion": 0.25, "sampling": "WithReplacement",
            "radius": 0.01, "perturbation": null, "name": "bi-level"
          },
          {
            "type": "ImageAugmentation", "horizontalFlip": false, "cropPadding": 0, "cutoutLength": 0,
            "normalization": { "type": "Normalization", "mean": [0.5], "standardDeviation": [0.25] }
          }
        ]
        """);

    [Fact]
    public void A_part_of_a_user_is_described_alike_under_every_culture_and_without_its_state()
    {
        CultureInfo culture = CultureInfo.CurrentCulture, comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            CultureInfo.CurrentCulture = comma;
            Check(new Own(0.5) { Limit = double.PositiveInfinity }, """
                {
                  "type": "Own", "rate": 0.5, "limit": "Infinity", "since": "01:30:00", "widths": { "normal": 1.5 }, "next": null,
                  "logger": "StringWriter", "broken": "NotSupportedException"
                }
                """);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void A_class_that_keeps_its_settings_to_itself_is_described_by_its_own_text()
    {
        Check(new Hidden(3), """{ "type": "Hidden", "name": "hidden", "text": "hidden at 3" }""");
        Check(new Silent(), """{ "type": "Silent" }""");
    }

    [Fact]
    public void A_circle_ends()
    {
        var own = new Own(1);
        own.Next = own;
        PartDescription.Of(own)!.ToJsonString().Should().Contain("\"next\":\"Own\"");
    }

    private static void Check(object part, string expected)
    {
        JsonNode? found = PartDescription.Of(part);
        JsonNode.DeepEquals(found, JsonNode.Parse(expected)).Should().BeTrue(found?.ToJsonString());
    }

    private sealed class Own(double rate)
    {
        public static int Shared => 3;

        public double Rate => rate;

        public double Limit { get; init; }

        public TimeSpan Since => TimeSpan.FromMinutes(90);

        public Dictionary<string, double> Widths { get; } = new() { ["normal"] = 1.5 };

        public Own? Next { get; set; }

        public TextWriter Logger { get; } = new StringWriter();

        public int Broken => throw new NotSupportedException();

        public int StepsDone { get; private set; } = 7;

        public int this[int i] => i + StepsDone;
    }

    private sealed class Hidden(int setting)
    {
        public string Name => "hidden";

        public override string ToString() => $"hidden at {setting}";
    }

    private sealed class Silent;
}
