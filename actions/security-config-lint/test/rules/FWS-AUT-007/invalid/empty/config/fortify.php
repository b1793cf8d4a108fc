<?php

return [
    'features' => [],
];
